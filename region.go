package dynamoconn

import (
	"fmt"
	"strings"
)

// Region is an AWS region in its wire form, such as "us-east-1". The zero value
// means "not given", where the client's own region applies.
//
// A constant or a literal of the wire form can be used as it is; text of any
// other form goes through [ParseRegion].
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

var regionTable = enumTable[Region]{"Region", []enumRow[Region]{
	// The connector's regions, in its order.
	{RegionUSEast2, "us_east_2", "US East (Ohio)"},
	{RegionUSEast1, "us_east_1", "US East (N. Virginia)"},
	{RegionUSWest1, "us_west_1", "US West (N. California)"},
	{RegionUSWest2, "us_west_2", "US West (Oregon)"},
	{RegionAFSouth1, "af_south_1", "Africa (Cape Town)"},
	{RegionAPEast1, "ap_east_1", "Asia Pacific (Hong Kong)"},
	{RegionAPSoutheast3, "ap_southeast_3", "Asia Pacific (Jakarta)"},
	{RegionAPSouth1, "ap_south_1", "Asia Pacific (Mumbai)"},
	{RegionAPNortheast3, "ap_northeast_3", "Asia Pacific (Osaka)"},
	{RegionAPNortheast2, "ap_northeast_2", "Asia Pacific (Seoul)"},
	{RegionAPSoutheast1, "ap_southeast_1", "Asia Pacific (Singapore)"},
	{RegionAPSoutheast2, "ap_southeast_2", "Asia Pacific (Sydney)"},
	{RegionAPNortheast1, "ap_northeast_1", "Asia Pacific (Tokyo)"},
	{RegionCACentral1, "ca_central_1", "Canada (Central)"},
	{RegionEUCentral1, "eu_central_1", "Europe (Frankfurt)"},
	{RegionEUWest1, "eu_west_1", "Europe (Ireland)"},
	{RegionEUWest2, "eu_west_2", "Europe (London)"},
	{RegionEUSouth1, "eu_south_1", "Europe (Milan)"},
	{RegionEUWest3, "eu_west_3", "Europe (Paris)"},
	{RegionEUNorth1, "eu_north_1", "Europe (Stockholm)"},
	{RegionMESouth1, "me_south_1", "Middle East (Bahrain)"},
	{RegionSAEast1, "sa_east_1", "South America (São Paulo)"},
	// Commercial regions that the connector does not list.
	{RegionAPEast2, "ap_east_2", "Asia Pacific (Taipei)"},
	{RegionAPSouth2, "ap_south_2", "Asia Pacific (Hyderabad)"},
	{RegionAPSoutheast4, "ap_southeast_4", "Asia Pacific (Melbourne)"},
	{RegionAPSoutheast5, "ap_southeast_5", "Asia Pacific (Malaysia)"},
	{RegionAPSoutheast6, "ap_southeast_6", "Asia Pacific (New Zealand)"},
	{RegionAPSoutheast7, "ap_southeast_7", "Asia Pacific (Thailand)"},
	{RegionCAWest1, "ca_west_1", "Canada West (Calgary)"},
	{RegionEUCentral2, "eu_central_2", "Europe (Zurich)"},
	{RegionEUSouth2, "eu_south_2", "Europe (Spain)"},
	{RegionILCentral1, "il_central_1", "Israel (Tel Aviv)"},
	{RegionMECentral1, "me_central_1", "Middle East (UAE)"},
	{RegionMXCentral1, "mx_central_1", "Mexico (Central)"},
	// Regions of their own partitions: each needs credentials of that partition.
	{RegionUSGovEast1, "us_gov_east_1", "AWS GovCloud (US-East)"},
	{RegionUSGovWest1, "us_gov_west_1", "AWS GovCloud (US-West)"},
	{RegionCNNorth1, "cn_north_1", "China (Beijing)"},
	{RegionCNNorthwest1, "cn_northwest_1", "China (Ningxia)"},
	{RegionEUSCDEEast1, "eusc_de_east_1", "AWS European Sovereign Cloud (Germany)"},
	{RegionUSISOEast1, "us_iso_east_1", "US ISO East"},
	{RegionUSISOWest1, "us_iso_west_1", "US ISO WEST"},
	{RegionUSISOBEast1, "us_isob_east_1", "US ISOB East (Ohio)"},
	{RegionUSISOBWest1, "us_isob_west_1", "US ISOB West"},
	{RegionEUISOEWest1, "eu_isoe_west_1", "EU ISOE West"},
	{RegionUSISOFEast1, "us_isof_east_1", "US ISOF EAST"},
	{RegionUSISOFSouth1, "us_isof_south_1", "US ISOF SOUTH"},
}}

// maxRegionLength is that of a DNS label, which a region becomes.
const maxRegionLength = 63

// Regions returns every Region constant, the connector's 22 first and in its
// order, in a slice of its own. An account can use some of them only after
// enabling them, or not at all.
func Regions() []Region { return regionTable.values() }

// ParseRegion returns the region that s names: by the connector's name
// ("us_east_1"), by its caption ("US East (N. Virginia)") or in its wire form
// ("us-east-1"), in any letter case.
//
// A region that has no constant is accepted if it is well formed: three or more
// groups of ASCII letters and digits joined by hyphens (or the connector's
// underscores), the first of letters only, the last of digits only, of at most
// 63 bytes. So is "local", the region of a DynamoDB on this machine. Anything
// else, the empty string and surrounding space included, is [ErrInvalidRequest].
// Whether such a region exists is found out only by a call.
func ParseRegion(s string) (Region, error) {
	if r, ok := regionTable.find(s); ok {
		return r, nil
	}
	if r := Region(strings.Map(regionRune, s)); r.wellFormed() {
		return r, nil
	}
	return "", fmt.Errorf("%w: %.32q is not a Region: accepted are names such as us-east-1 or us_east_1 and captions such as %q",
		ErrInvalidRequest, s, RegionUSEast1.Caption())
}

// String returns the wire form.
func (r Region) String() string { return string(r) }

// Name returns the connector's name, such as "us_east_1". A well-formed region
// that has no constant is named in the same way; any other text is its own name.
func (r Region) Name() string {
	if name := regionTable.name(r); name != string(r) || !r.wellFormed() {
		return name
	}
	return strings.ReplaceAll(string(r), "-", "_")
}

// Caption returns the words that a person reads, such as "US East (N.
// Virginia)". A region that has no constant is its own caption.
func (r Region) Caption() string { return regionTable.caption(r) }

// MarshalText returns the wire form, which is empty for the zero value. It never
// fails.
func (r Region) MarshalText() ([]byte, error) { return []byte(r), nil }

// UnmarshalText accepts what [ParseRegion] does, and empty text as the zero
// value. Any other text is [ErrInvalidRequest] and leaves r as it was.
func (r *Region) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*r = ""
		return nil
	}
	if known, ok := regionTable.find(string(text)); ok { // copies no text
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

// validate reports whether r can become part of a host name and a signature.
// The SDK itself lets dots through, and so another host.
func (r Region) validate() error {
	if r.wellFormed() {
		return nil
	}
	if r == "" {
		return broken("must not be empty")
	}
	if parsed, err := ParseRegion(string(r)); err == nil {
		return broken(fmt.Sprintf("region %.32q must be written %q", string(r), string(parsed)))
	}
	return broken(fmt.Sprintf("%.32q is not a region such as %q", string(r), string(RegionUSEast1)))
}

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

// regionRune turns a rune of the connector's spelling into one of the wire form.
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
