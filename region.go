package dynamoconn

import (
	"fmt"
	"strings"
)

// Region is an AWS region in its wire form, such as "us-east-1". The zero value means
// "not given": then the client's own region applies.
//
// Use a constant, or the wire form as a literal. [ParseRegion] reads text of any other
// form.
type Region string

// The regions known to this library. Any other well-formed name works too: see
// [ParseRegion].
const (
	RegionUSEast2      Region = "us-east-2"      // US East (Ohio)
	RegionUSEast1      Region = "us-east-1"      // US East (N. Virginia)
	RegionUSWest1      Region = "us-west-1"      // US West (N. California)
	RegionUSWest2      Region = "us-west-2"      // US West (Oregon)
	RegionAFSouth1     Region = "af-south-1"     // Africa (Cape Town)
	RegionAPEast1      Region = "ap-east-1"      // Asia Pacific (Hong Kong)
	RegionAPSoutheast3 Region = "ap-southeast-3" // Asia Pacific (Jakarta)
	RegionAPSouth1     Region = "ap-south-1"     // Asia Pacific (Mumbai)
	RegionAPNortheast3 Region = "ap-northeast-3" // Asia Pacific (Osaka)
	RegionAPNortheast2 Region = "ap-northeast-2" // Asia Pacific (Seoul)
	RegionAPSoutheast1 Region = "ap-southeast-1" // Asia Pacific (Singapore)
	RegionAPSoutheast2 Region = "ap-southeast-2" // Asia Pacific (Sydney)
	RegionAPNortheast1 Region = "ap-northeast-1" // Asia Pacific (Tokyo)
	RegionCACentral1   Region = "ca-central-1"   // Canada (Central)
	RegionEUCentral1   Region = "eu-central-1"   // Europe (Frankfurt)
	RegionEUWest1      Region = "eu-west-1"      // Europe (Ireland)
	RegionEUWest2      Region = "eu-west-2"      // Europe (London)
	RegionEUSouth1     Region = "eu-south-1"     // Europe (Milan)
	RegionEUWest3      Region = "eu-west-3"      // Europe (Paris)
	RegionEUNorth1     Region = "eu-north-1"     // Europe (Stockholm)
	RegionMESouth1     Region = "me-south-1"     // Middle East (Bahrain)
	RegionSAEast1      Region = "sa-east-1"      // South America (São Paulo)

	RegionAPEast2      Region = "ap-east-2"      // Asia Pacific (Taipei)
	RegionAPSouth2     Region = "ap-south-2"     // Asia Pacific (Hyderabad)
	RegionAPSoutheast4 Region = "ap-southeast-4" // Asia Pacific (Melbourne)
	RegionAPSoutheast5 Region = "ap-southeast-5" // Asia Pacific (Malaysia)
	RegionAPSoutheast6 Region = "ap-southeast-6" // Asia Pacific (New Zealand)
	RegionAPSoutheast7 Region = "ap-southeast-7" // Asia Pacific (Thailand)
	RegionCAWest1      Region = "ca-west-1"      // Canada West (Calgary)
	RegionEUCentral2   Region = "eu-central-2"   // Europe (Zurich)
	RegionEUSouth2     Region = "eu-south-2"     // Europe (Spain)
	RegionILCentral1   Region = "il-central-1"   // Israel (Tel Aviv)
	RegionMECentral1   Region = "me-central-1"   // Middle East (UAE)
	RegionMXCentral1   Region = "mx-central-1"   // Mexico (Central)

	RegionUSGovEast1   Region = "us-gov-east-1"   // AWS GovCloud (US-East)
	RegionUSGovWest1   Region = "us-gov-west-1"   // AWS GovCloud (US-West)
	RegionCNNorth1     Region = "cn-north-1"      // China (Beijing)
	RegionCNNorthwest1 Region = "cn-northwest-1"  // China (Ningxia)
	RegionEUSCDEEast1  Region = "eusc-de-east-1"  // AWS European Sovereign Cloud (Germany)
	RegionUSISOEast1   Region = "us-iso-east-1"   // US ISO East
	RegionUSISOWest1   Region = "us-iso-west-1"   // US ISO WEST
	RegionUSISOBEast1  Region = "us-isob-east-1"  // US ISOB East (Ohio)
	RegionUSISOBWest1  Region = "us-isob-west-1"  // US ISOB West
	RegionEUISOEWest1  Region = "eu-isoe-west-1"  // EU ISOE West
	RegionUSISOFEast1  Region = "us-isof-east-1"  // US ISOF EAST
	RegionUSISOFSouth1 Region = "us-isof-south-1" // US ISOF SOUTH
)

var regionEnum = newEnum("Region", withConnectorNames([]enumRow[Region]{
	// The connector's regions, in its order.
	{value: RegionUSEast2, caption: "US East (Ohio)"},
	{value: RegionUSEast1, caption: "US East (N. Virginia)"},
	{value: RegionUSWest1, caption: "US West (N. California)"},
	{value: RegionUSWest2, caption: "US West (Oregon)"},
	{value: RegionAFSouth1, caption: "Africa (Cape Town)"},
	{value: RegionAPEast1, caption: "Asia Pacific (Hong Kong)"},
	{value: RegionAPSoutheast3, caption: "Asia Pacific (Jakarta)"},
	{value: RegionAPSouth1, caption: "Asia Pacific (Mumbai)"},
	{value: RegionAPNortheast3, caption: "Asia Pacific (Osaka)"},
	{value: RegionAPNortheast2, caption: "Asia Pacific (Seoul)"},
	{value: RegionAPSoutheast1, caption: "Asia Pacific (Singapore)"},
	{value: RegionAPSoutheast2, caption: "Asia Pacific (Sydney)"},
	{value: RegionAPNortheast1, caption: "Asia Pacific (Tokyo)"},
	{value: RegionCACentral1, caption: "Canada (Central)"},
	{value: RegionEUCentral1, caption: "Europe (Frankfurt)"},
	{value: RegionEUWest1, caption: "Europe (Ireland)"},
	{value: RegionEUWest2, caption: "Europe (London)"},
	{value: RegionEUSouth1, caption: "Europe (Milan)"},
	{value: RegionEUWest3, caption: "Europe (Paris)"},
	{value: RegionEUNorth1, caption: "Europe (Stockholm)"},
	{value: RegionMESouth1, caption: "Middle East (Bahrain)"},
	{value: RegionSAEast1, caption: "South America (São Paulo)"},
	// Commercial regions that the connector does not list.
	{value: RegionAPEast2, caption: "Asia Pacific (Taipei)"},
	{value: RegionAPSouth2, caption: "Asia Pacific (Hyderabad)"},
	{value: RegionAPSoutheast4, caption: "Asia Pacific (Melbourne)"},
	{value: RegionAPSoutheast5, caption: "Asia Pacific (Malaysia)"},
	{value: RegionAPSoutheast6, caption: "Asia Pacific (New Zealand)"},
	{value: RegionAPSoutheast7, caption: "Asia Pacific (Thailand)"},
	{value: RegionCAWest1, caption: "Canada West (Calgary)"},
	{value: RegionEUCentral2, caption: "Europe (Zurich)"},
	{value: RegionEUSouth2, caption: "Europe (Spain)"},
	{value: RegionILCentral1, caption: "Israel (Tel Aviv)"},
	{value: RegionMECentral1, caption: "Middle East (UAE)"},
	{value: RegionMXCentral1, caption: "Mexico (Central)"},
	// Regions in partitions of their own: each needs credentials of its partition.
	{value: RegionUSGovEast1, caption: "AWS GovCloud (US-East)"},
	{value: RegionUSGovWest1, caption: "AWS GovCloud (US-West)"},
	{value: RegionCNNorth1, caption: "China (Beijing)"},
	{value: RegionCNNorthwest1, caption: "China (Ningxia)"},
	{value: RegionEUSCDEEast1, caption: "AWS European Sovereign Cloud (Germany)"},
	{value: RegionUSISOEast1, caption: "US ISO East"},
	{value: RegionUSISOWest1, caption: "US ISO WEST"},
	{value: RegionUSISOBEast1, caption: "US ISOB East (Ohio)"},
	{value: RegionUSISOBWest1, caption: "US ISOB West"},
	{value: RegionEUISOEWest1, caption: "EU ISOE West"},
	{value: RegionUSISOFEast1, caption: "US ISOF EAST"},
	{value: RegionUSISOFSouth1, caption: "US ISOF SOUTH"},
})...)

// withConnectorNames gives each row the connector's name of its region.
func withConnectorNames(rows []enumRow[Region]) []enumRow[Region] {
	for i := range rows {
		rows[i].name = strings.ReplaceAll(string(rows[i].value), "-", "_")
	}
	return rows
}

// maxRegionLength is the length of the longest DNS label: a region becomes one.
const maxRegionLength = 63

// Regions returns every Region constant, the connector's 22 first and in its order, in a
// slice of its own. An account must enable some of them before it can use them, and cannot
// use others at all.
func Regions() []Region { return regionEnum.values() }

// ParseRegion returns the region that s names: by the connector's name ("us_east_1"), by
// its caption ("US East (N. Virginia)") or in its wire form ("us-east-1"), in any letter
// case.
//
// A region that has no constant is accepted if it is well formed: at most 63 bytes, in
// three or more groups of ASCII letters and digits joined by hyphens (or the connector's
// underscores), the first group of letters only, the last of digits only. So is "local",
// the region of a DynamoDB on this machine. Anything else is [ErrInvalidRequest], also
// the empty string and text with space around it. Only a call finds out whether such a
// region exists.
func ParseRegion(s string) (Region, error) {
	if r, ok := regionEnum.find(s); ok {
		return r, nil
	}
	if r := Region(strings.Map(regionRune, s)); r.wellFormed() {
		return r, nil
	}
	return "", unreadable(fmt.Sprintf("%.32q is not a Region: give a name such as us-east-1 or us_east_1, or a caption such as %q",
		s, RegionUSEast1.Caption()))
}

// String returns the wire form.
func (r Region) String() string { return string(r) }

// Name returns the connector's name, such as "us_east_1". A well-formed region that has no
// constant is named in the same way. Any other text is its own name.
func (r Region) Name() string {
	if name := regionEnum.name(r); name != string(r) || !r.wellFormed() {
		return name
	}
	return strings.ReplaceAll(string(r), "-", "_")
}

// Caption returns the words that a person reads, such as "US East (N. Virginia)". A region
// that has no constant is its own caption.
func (r Region) Caption() string { return regionEnum.caption(r) }

// MarshalText returns the wire form, which is empty for the zero value. It never
// fails.
func (r Region) MarshalText() ([]byte, error) { return []byte(r), nil }

// UnmarshalText accepts what [ParseRegion] does, and empty text as the zero value. Any
// other text is [ErrInvalidRequest] and leaves r as it was.
func (r *Region) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*r = ""
		return nil
	}
	if known, ok := regionEnum.find(string(text)); ok { // copies no text
		*r = known
		return nil
	}
	parsed, err := ParseRegion(string(text))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}

// brokenRule returns the rule that a region breaks, or "" if it breaks none. It refuses what
// must not become part of a host name and of a signature. The SDK itself accepts dots, with
// which a region can name another host.
func (r Region) brokenRule() string {
	if r.wellFormed() {
		return ""
	}
	if r == "" {
		return "must not be empty"
	}
	if parsed, err := ParseRegion(string(r)); err == nil {
		return fmt.Sprintf("region %.32q must be written %q", string(r), string(parsed))
	}
	return fmt.Sprintf("%.32q is not a region such as %q", string(r), string(RegionUSEast1))
}

// wellFormed reports whether r has the form that [ParseRegion] describes.
func (r Region) wellFormed() bool {
	if r == "local" {
		return true
	}
	if len(r) > maxRegionLength {
		return false
	}
	groups, letters, digits := 1, 0, 0
	for i := range len(r) {
		switch c := r[i]; {
		case 'a' <= c && c <= 'z':
			letters++
		case '0' <= c && c <= '9':
			if groups == 1 {
				return false
			}
			digits++
		case c == '-':
			if letters+digits == 0 {
				return false
			}
			groups++
			letters, digits = 0, 0
		default:
			return false
		}
	}
	return groups >= 3 && letters == 0 && digits > 0
}

// regionRune returns what stands in the wire form for a character of the connector's name.
func regionRune(c rune) rune {
	switch {
	case c == '_':
		return '-'
	case 'A' <= c && c <= 'Z':
		return c + ('a' - 'A')
	default:
		return c
	}
}
