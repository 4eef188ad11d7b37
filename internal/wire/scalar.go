package wire

import (
	"math"
	"strings"
	"time"
	"unicode"

	"github.com/aws/smithy-go"
	smithytime "github.com/aws/smithy-go/time"
)

// ReadInt32 reads a count.
func (d *strictDecoder) ReadInt32(s *smithy.Schema, v *int32) error {
	err := d.ShapeDeserializer.ReadInt32(s, v)
	d.checkNumber(s, float64(*v))
	return err
}

// ReadInt64 reads a count, a size or a throughput.
func (d *strictDecoder) ReadInt64(s *smithy.Schema, v *int64) error {
	err := d.ShapeDeserializer.ReadInt64(s, v)
	d.checkNumber(s, float64(*v))
	return err
}

// ReadFloat64 reads a capacity. The SDK also reads the strings "NaN" and "Infinity" as one.
func (d *strictDecoder) ReadFloat64(s *smithy.Schema, v *float64) error {
	err := d.ShapeDeserializer.ReadFloat64(s, v)
	d.checkNumber(s, *v)
	return err
}

// checkNumber refuses what counts nothing. A throughput on demand may be -1, which means that
// it has no bound. The numbers of items are strings to the protocol.
func (d *strictDecoder) checkNumber(s *smithy.Schema, n float64) {
	const unbounded = -1
	isUnbounded := n == unbounded && strings.HasSuffix(s.MemberName(), "RequestUnits")
	if (n < 0 && !isUnbounded) || math.IsNaN(n) || math.IsInf(n, 0) {
		d.fail(ErrNumber)
	}
}

// latestTime is the latest time that an int64 of nanoseconds holds, in the year 2262. The SDK
// makes any other time of a later one.
const latestTime = math.MaxInt64 / int64(time.Second)

// ReadTime reads a time.
func (d *strictDecoder) ReadTime(s *smithy.Schema, v *time.Time) error {
	if !d.isJSON {
		err := d.ShapeDeserializer.ReadTime(s, v)
		if err == nil && v.Unix() < 0 {
			d.fail(ErrTime)
		}
		return err
	}
	var seconds float64
	if err := d.ShapeDeserializer.ReadFloat64(s, &seconds); err != nil {
		return err
	}
	if !(seconds >= 0 && seconds < float64(latestTime)) { // NaN is neither
		d.fail(ErrTime)
		return nil
	}
	*v = smithytime.ParseEpochSeconds(seconds)
	return nil
}

// ReadString reads a text.
func (d *strictDecoder) ReadString(s *smithy.Schema, v *string) error {
	err := d.ShapeDeserializer.ReadString(s, v)
	d.checkName(s, *v)
	return err
}

// nameShapes are the shapes of names, ARNs and IDs in the SDK's model. The model has no shape of
// its own for the ARN of an index.
var nameShapes = map[string]bool{
	"TableName": true, "TableArn": true, "TableId": true, "IndexName": true, "StreamArn": true, "RegionName": true, "String": true,
	"KMSMasterKeyArn": true, "KMSMasterKeyId": true, "BackupArn": true,
}

// checkName refuses a name, an ARN, an ID or a status with a character that cannot be seen, as
// DynamoDB gives none: a program that prints it would hand an escape sequence to a terminal.
// Texts that come from users may hold any character. So may those of a failure, which are
// cleaned where they are shown.
func (d *strictDecoder) checkName(s *smithy.Schema, text string) {
	if !d.isSuccess || s == nil || s.Type() != smithy.ShapeTypeEnum && !nameShapes[s.TargetID().Name] {
		return
	}
	if !IsName(text) {
		d.fail(ErrName)
	}
}

// IsName reports whether a text of an answer can be a name, an ARN, an ID or a status.
func IsName(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) })
}
