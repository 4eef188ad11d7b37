package dynamoconn_test

import (
	"encoding/json"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/mutate"
)

// regionCases lists the connector's 22 regions in the order of its
// documentation, then those of the SDK's endpoint rules.
var regionCases = []enumCase[dynamoconn.Region]{
	{dynamoconn.RegionUSEast2, "us-east-2", "us_east_2", "US East (Ohio)"},
	{dynamoconn.RegionUSEast1, "us-east-1", "us_east_1", "US East (N. Virginia)"},
	{dynamoconn.RegionUSWest1, "us-west-1", "us_west_1", "US West (N. California)"},
	{dynamoconn.RegionUSWest2, "us-west-2", "us_west_2", "US West (Oregon)"},
	{dynamoconn.RegionAFSouth1, "af-south-1", "af_south_1", "Africa (Cape Town)"},
	{dynamoconn.RegionAPEast1, "ap-east-1", "ap_east_1", "Asia Pacific (Hong Kong)"},
	{dynamoconn.RegionAPSoutheast3, "ap-southeast-3", "ap_southeast_3", "Asia Pacific (Jakarta)"},
	{dynamoconn.RegionAPSouth1, "ap-south-1", "ap_south_1", "Asia Pacific (Mumbai)"},
	{dynamoconn.RegionAPNortheast3, "ap-northeast-3", "ap_northeast_3", "Asia Pacific (Osaka)"},
	{dynamoconn.RegionAPNortheast2, "ap-northeast-2", "ap_northeast_2", "Asia Pacific (Seoul)"},
	{dynamoconn.RegionAPSoutheast1, "ap-southeast-1", "ap_southeast_1", "Asia Pacific (Singapore)"},
	{dynamoconn.RegionAPSoutheast2, "ap-southeast-2", "ap_southeast_2", "Asia Pacific (Sydney)"},
	{dynamoconn.RegionAPNortheast1, "ap-northeast-1", "ap_northeast_1", "Asia Pacific (Tokyo)"},
	{dynamoconn.RegionCACentral1, "ca-central-1", "ca_central_1", "Canada (Central)"},
	{dynamoconn.RegionEUCentral1, "eu-central-1", "eu_central_1", "Europe (Frankfurt)"},
	{dynamoconn.RegionEUWest1, "eu-west-1", "eu_west_1", "Europe (Ireland)"},
	{dynamoconn.RegionEUWest2, "eu-west-2", "eu_west_2", "Europe (London)"},
	{dynamoconn.RegionEUSouth1, "eu-south-1", "eu_south_1", "Europe (Milan)"},
	{dynamoconn.RegionEUWest3, "eu-west-3", "eu_west_3", "Europe (Paris)"},
	{dynamoconn.RegionEUNorth1, "eu-north-1", "eu_north_1", "Europe (Stockholm)"},
	{dynamoconn.RegionMESouth1, "me-south-1", "me_south_1", "Middle East (Bahrain)"},
	{dynamoconn.RegionSAEast1, "sa-east-1", "sa_east_1", "South America (S\u00e3o Paulo)"},

	{dynamoconn.RegionAPEast2, "ap-east-2", "ap_east_2", "Asia Pacific (Taipei)"},
	{dynamoconn.RegionAPSouth2, "ap-south-2", "ap_south_2", "Asia Pacific (Hyderabad)"},
	{dynamoconn.RegionAPSoutheast4, "ap-southeast-4", "ap_southeast_4", "Asia Pacific (Melbourne)"},
	{dynamoconn.RegionAPSoutheast5, "ap-southeast-5", "ap_southeast_5", "Asia Pacific (Malaysia)"},
	{dynamoconn.RegionAPSoutheast6, "ap-southeast-6", "ap_southeast_6", "Asia Pacific (New Zealand)"},
	{dynamoconn.RegionAPSoutheast7, "ap-southeast-7", "ap_southeast_7", "Asia Pacific (Thailand)"},
	{dynamoconn.RegionCAWest1, "ca-west-1", "ca_west_1", "Canada West (Calgary)"},
	{dynamoconn.RegionEUCentral2, "eu-central-2", "eu_central_2", "Europe (Zurich)"},
	{dynamoconn.RegionEUSouth2, "eu-south-2", "eu_south_2", "Europe (Spain)"},
	{dynamoconn.RegionILCentral1, "il-central-1", "il_central_1", "Israel (Tel Aviv)"},
	{dynamoconn.RegionMECentral1, "me-central-1", "me_central_1", "Middle East (UAE)"},
	{dynamoconn.RegionMXCentral1, "mx-central-1", "mx_central_1", "Mexico (Central)"},
	{dynamoconn.RegionUSGovEast1, "us-gov-east-1", "us_gov_east_1", "AWS GovCloud (US-East)"},
	{dynamoconn.RegionUSGovWest1, "us-gov-west-1", "us_gov_west_1", "AWS GovCloud (US-West)"},
	{dynamoconn.RegionCNNorth1, "cn-north-1", "cn_north_1", "China (Beijing)"},
	{dynamoconn.RegionCNNorthwest1, "cn-northwest-1", "cn_northwest_1", "China (Ningxia)"},
	{dynamoconn.RegionEUSCDEEast1, "eusc-de-east-1", "eusc_de_east_1", "AWS European Sovereign Cloud (Germany)"},
	{dynamoconn.RegionUSISOEast1, "us-iso-east-1", "us_iso_east_1", "US ISO East"},
	{dynamoconn.RegionUSISOWest1, "us-iso-west-1", "us_iso_west_1", "US ISO WEST"},
	{dynamoconn.RegionUSISOBEast1, "us-isob-east-1", "us_isob_east_1", "US ISOB East (Ohio)"},
	{dynamoconn.RegionUSISOBWest1, "us-isob-west-1", "us_isob_west_1", "US ISOB West"},
	{dynamoconn.RegionEUISOEWest1, "eu-isoe-west-1", "eu_isoe_west_1", "EU ISOE West"},
	{dynamoconn.RegionUSISOFEast1, "us-isof-east-1", "us_isof_east_1", "US ISOF EAST"},
	{dynamoconn.RegionUSISOFSouth1, "us-isof-south-1", "us_isof_south_1", "US ISOF SOUTH"},
}

func TestRegion(t *testing.T) {
	t.Parallel()
	testEnum(t, dynamoconn.ParseRegion, dynamoconn.Regions, regionCases)
}

// The comment beside each constant is what a reader of the documentation sees of a region.
func TestRegionCommentsAreTheCaptions(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("region.go")
	require.NoError(t, err)
	lines := regexp.MustCompile(`(?m)^\tRegion\w+ +Region = "(.+)" +// (.+)$`).FindAllStringSubmatch(string(source), -1)
	require.Len(t, lines, len(dynamoconn.Regions()))
	for _, line := range lines {
		assert.Equal(t, dynamoconn.Region(line[1]).Caption(), line[2])
	}
}

// The connector's own documentation has this caption in a broken encoding.
func TestRegionCaptionOfSaoPauloIsUTF8(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "South America (S\u00e3o Paulo)", dynamoconn.RegionSAEast1.Caption())
}

func TestRegionWithoutConstant(t *testing.T) {
	t.Parallel()
	longest := "xx-" + strings.Repeat("a", 58) + "-1"
	for _, tc := range []struct {
		in   string
		want dynamoconn.Region
		name string
	}{
		{"xx-newplace-7", "xx-newplace-7", "xx_newplace_7"},
		{"xx_newplace_7", "xx-newplace-7", "xx_newplace_7"},
		{"XX-NewPlace-7", "xx-newplace-7", "xx_newplace_7"},
		{"us-new2-east-12", "us-new2-east-12", "us_new2_east_12"},
		{"local", "local", "local"},
		{longest, dynamoconn.Region(longest), strings.ReplaceAll(longest, "-", "_")},
	} {
		t.Run(tc.in, func(t *testing.T) {
			t.Parallel()
			got, err := dynamoconn.ParseRegion(tc.in)
			require.NoError(t, err)
			assert.Equal(t, tc.want, got)
			assert.Equal(t, tc.name, got.Name())
			assert.Equal(t, string(tc.want), got.Caption())

			data, err := json.Marshal(map[dynamoconn.Region]dynamoconn.Region{got: got})
			require.NoError(t, err)
			var out map[dynamoconn.Region]dynamoconn.Region
			require.NoError(t, json.Unmarshal(data, &out))
			assert.Equal(t, map[dynamoconn.Region]dynamoconn.Region{got: got}, out)
		})
	}
}

var malformedRegions = []string{
	" ", " us-east-1", "us-east-1 ", "us-east-1\n", "us-east-1\r\nX-Injected: 1", "us east 1",
	"us-east-1.evil.com/", "us-east-1.evil.com", "evil.com/us-east-1", "us-east-1/", "us-east-1#", "us-east-1?a=1",
	"us-east-1@evil.com", "us-east-1:8000", "http://us-east-1", "%75s-east-1",
	"us", "us-1", "us-east", "us-east-", "us-east-one", "us-east-1a", "us-east-1-fips", "aws-global", "us--1", "-us-east-1", "us-east--1", "1-east-1", "u5-east-1",
	"--", "-", "_", "us-east-\x00", "us-\xff-1", "us-\u00e9st-1", "us-east-\u0661", "\u212aa-east-9", "localhost", "local-",
	"US East", "US East (Nowhere)", "South America (S\u00c3\u00a3o Paulo)",
	"xx-" + strings.Repeat("a", 59) + "-1", strings.Repeat("us-east-1", 1<<16),
}

func TestRegionMalformed(t *testing.T) {
	t.Parallel()
	for _, s := range malformedRegions {
		parsed, err := dynamoconn.ParseRegion(s)
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, "%.40q", s)
		assert.Zero(t, parsed)

		read := dynamoconn.RegionUSEast1
		require.ErrorIs(t, read.UnmarshalText([]byte(s)), dynamoconn.ErrInvalidRequest, "%.40q", s)
		assert.Equal(t, dynamoconn.RegionUSEast1, read, "changed by %.40q", s)

		raw := dynamoconn.Region(s)
		assert.Equal(t, enumCase[dynamoconn.Region]{raw, s, s, s},
			enumCase[dynamoconn.Region]{raw, raw.String(), raw.Name(), raw.Caption()})
	}
}

// Each constant must lead the SDK to an endpoint of that region, in the domain of
// the region's partition.
func TestRegionEndpoints(t *testing.T) {
	t.Parallel()
	domains := map[string]string{
		"us-gov-": "amazonaws.com", "cn-": "amazonaws.com.cn", "eusc-": "amazonaws.eu", "us-iso-": "c2s.ic.gov",
		"us-isob-": "sc2s.sgov.gov", "eu-isoe-": "cloud.adc-e.uk", "us-isof-": "csp.hci.ic.gov",
	}
	for _, region := range dynamoconn.Regions() {
		domain := "amazonaws.com"
		for prefix, d := range domains {
			if strings.HasPrefix(region.String(), prefix) {
				domain = d
			}
		}
		endpoint, err := dynamodb.NewDefaultEndpointResolverV2().ResolveEndpoint(t.Context(),
			dynamodb.EndpointParameters{Region: aws.String(region.String())}.WithDefaults())
		require.NoError(t, err, region)
		assert.Equal(t, url.URL{Scheme: "https", Host: "dynamodb." + region.String() + "." + domain}, endpoint.URI)
	}
}

func FuzzParseRegion(f *testing.F) {
	for _, row := range regionCases {
		f.Add(row.wire)
		f.Add(row.name)
		f.Add(row.caption)
	}
	for _, s := range malformedRegions {
		f.Add(s)
	}
	f.Add("local")
	f.Add("XX_newplace-7")
	label := regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

	mutate.Fuzz(f, func(t *testing.T, s string) {
		region, err := dynamoconn.ParseRegion(s)
		if err != nil {
			require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
			require.Zero(t, region)
			return
		}
		require.Regexp(t, label, region.String(), "from %q", s)
		require.LessOrEqual(t, len(region), 63)
		for _, spelling := range []string{region.String(), region.Name(), region.Caption(), strings.ToUpper(region.Name())} {
			again, err := dynamoconn.ParseRegion(spelling)
			require.NoError(t, err, "from %q", s)
			require.Equal(t, region, again, "from %q", s)
		}
	})
}
