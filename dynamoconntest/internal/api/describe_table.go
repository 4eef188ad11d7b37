package api

import (
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

func (c *call) describeTable() *Error {
	name := tableName(c.Input.Get("TableName").Str())
	return c.lockForReading(func() *Error {
		t := c.DB.Table(c.Region, name, c.now)
		if t == nil {
			return tableNotFoundError(name)
		}
		c.Key("Table")
		c.writeTableDescription(t)
		return nil
	})
}

// writeTableDescription writes a TableDescription, which several operations
// return.
func (c *call) writeTableDescription(t *store.Table) {
	status := t.Status(c.now)
	c.Open('{')
	if status != "DELETING" {
		c.writeDefinitions(t.Definitions)
		c.writeKeySchema(t.Schema)
		c.Key("CreationDateTime")
		c.Time(t.Created)
	}
	c.Key("TableName")
	c.Str(t.Name)
	c.Key("TableStatus")
	c.Str(status)
	c.Key("ProvisionedThroughput")
	c.writeThroughput(t.Throughput)
	c.Key("TableSizeBytes")
	c.Int(t.Bytes())
	c.Key("ItemCount")
	c.Int(t.Count())
	c.Key("TableArn")
	c.Str(c.arn(t))
	c.Key("TableId")
	c.Str(t.ID)
	if t.OnDemand || !t.OnDemandAt.IsZero() {
		c.Key("BillingModeSummary")
		c.Open('{')
		c.Key("BillingMode")
		if t.OnDemand {
			c.Str(onDemand)
		} else {
			c.Str("PROVISIONED")
		}
		c.Key("LastUpdateToPayPerRequestDateTime")
		c.Time(t.OnDemandAt)
		c.Close('}')
	}
	if status != "DELETING" {
		c.writeIndexes(t, "LocalSecondaryIndexes", false)
		c.writeIndexes(t, "GlobalSecondaryIndexes", true)
	}
	c.writeStream(t)
	if t.Class != "" {
		c.Key("TableClassSummary")
		c.Open('{')
		c.Key("TableClass")
		c.Str(t.Class)
		c.Close('}')
	}
	c.Key("DeletionProtectionEnabled")
	c.Bool(t.Protected)
	c.Close('}')
}

func (c *call) writeDefinitions(definitions []store.KeyAttr) {
	c.Key("AttributeDefinitions")
	c.Open('[')
	for _, d := range definitions {
		c.Open('{')
		c.Key("AttributeName")
		c.Str(d.Name)
		c.Key("AttributeType")
		c.Str(d.Kind.String())
		c.Close('}')
	}
	c.Close(']')
}

// writeStream writes the settings of the table's stream. There is no LatestStreamArn
// and no LatestStreamLabel, because no request could read the stream.
func (c *call) writeStream(t *store.Table) {
	if !t.Stream.Enabled {
		return
	}
	c.Key("StreamSpecification")
	c.Open('{')
	c.Key("StreamEnabled")
	c.Bool(true)
	c.Key("StreamViewType")
	c.Str(t.Stream.View)
	c.Close('}')
}

func (c *call) writeKeySchema(s store.Schema) {
	c.Key("KeySchema")
	c.Open('[')
	for _, k := range s {
		role := "HASH"
		if k.Sort {
			role = "RANGE"
		}
		c.Open('{')
		c.Key("AttributeName")
		c.Str(k.Name)
		c.Key("KeyType")
		c.Str(role)
		c.Close('}')
	}
	c.Close(']')
}

func (c *call) writeThroughput(tp store.Throughput) {
	c.Open('{')
	date := func(key string, at time.Time) {
		if !at.IsZero() {
			c.Key(key)
			c.Time(at)
		}
	}
	date("LastIncreaseDateTime", tp.IncreasedAt)
	date("LastDecreaseDateTime", tp.ReducedAt)
	c.Key("NumberOfDecreasesToday")
	c.Int(tp.Reductions)
	c.Key("ReadCapacityUnits")
	c.Int(tp.Read)
	c.Key("WriteCapacityUnits")
	c.Int(tp.Write)
	c.Close('}')
}

func (c *call) writeIndexes(t *store.Table, key string, global bool) {
	open := false
	for _, x := range t.Indexes {
		if x.Global != global {
			continue
		}
		if !open {
			open = true
			c.Key(key)
			c.Open('[')
		}
		c.Open('{')
		c.Key("IndexName")
		c.Str(x.Name)
		c.writeKeySchema(x.Schema)
		c.Key("Projection")
		c.Open('{')
		c.Key("ProjectionType")
		c.Str(x.Projection)
		if len(x.NonKeyAttributes) > 0 {
			c.Key("NonKeyAttributes")
			c.Open('[')
			for _, n := range x.NonKeyAttributes {
				c.Str(n)
			}
			c.Close(']')
		}
		c.Close('}')
		if global {
			status := x.Status(c.now)
			if t.Status(c.now) == "CREATING" {
				status = "CREATING"
			}
			c.Key("IndexStatus")
			c.Str(status)
			if status == "CREATING" && t.Status(c.now) == "UPDATING" {
				c.Key("Backfilling")
				c.Bool(true)
			}
			c.Key("ProvisionedThroughput")
			c.writeThroughput(x.Throughput)
		}
		c.Key("IndexSizeBytes")
		c.Int(x.Bytes())
		c.Key("ItemCount")
		c.Int(x.Count())
		c.Key("IndexArn")
		c.Str(c.arn(t) + "/index/" + x.Name)
		c.Close('}')
	}
	if open {
		c.Close(']')
	}
}
