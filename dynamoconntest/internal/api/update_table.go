package api

import (
	"slices"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

func (c *call) updateTable() *Error {
	in := c.Input
	name := tableName(in.Get("TableName").Str())
	updates := in.Get("GlobalSecondaryIndexUpdates")
	if in.Get("ProvisionedThroughput") == nil && in.Get("BillingMode") == nil && in.Get("DeletionProtectionEnabled") == nil &&
		in.Get("TableClass") == nil && in.Get("StreamSpecification") == nil && (updates == nil || len(updates.Elems) == 0) {
		return validationError("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required")
	}
	if in.Get("BillingMode").Str() == "PROVISIONED" && in.Get("ProvisionedThroughput") == nil {
		return validationError(invalidParameter + "ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
	}
	if tp := in.Get("ProvisionedThroughput"); tp != nil {
		if _, err := readThroughput(tp, false); err != nil {
			return err
		}
	}
	if err := checkIndexUpdates(updates); err != nil {
		return err
	}
	return c.lockForWriting(func() *Error {
		t := c.DB.Table(c.Region, name, c.now)
		switch {
		case t == nil:
			return tableNotFoundError(name)
		case t.Status(c.now) != "ACTIVE":
			return ServiceError("ResourceInUseException", "Attempt to change a resource which is still in use: Table is being updated: %s", name)
		}
		next := *t
		next.Indexes = make([]*store.Index, len(t.Indexes))
		for i, x := range t.Indexes {
			xc := *x
			next.Indexes[i] = &xc
		}
		if err := c.changeTable(&next, in, updates); err != nil {
			return err
		}
		*t = next
		c.Key("TableDescription")
		c.writeTableDescription(t)
		return nil
	})
}

// checkIndexUpdates checks GlobalSecondaryIndexUpdates without the table.
func checkIndexUpdates(updates *protocol.Node) *Error {
	if updates == nil {
		return nil
	}
	seen := map[string]bool{}
	changes := 0
	for i := range updates.Elems {
		u := &updates.Elems[i]
		given := 0
		for _, kind := range []string{"Create", "Update", "Delete"} {
			n := u.Get(kind)
			if n == nil {
				continue
			}
			given++
			if kind != "Update" {
				changes++
			}
			index := n.Get("IndexName").Str()
			if seen[index] {
				return validationError(invalidParameter+"Only one global secondary index update per index is allowed simultaneously. Index: %s", index)
			}
			seen[index] = true
		}
		if given != 1 {
			return validationError(invalidParameter + "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null")
		}
	}
	if changes > 1 {
		return ServiceError("LimitExceededException", "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table")
	}
	return nil
}

// changeTable applies the request to t, which is a copy of the table.
func (c *call) changeTable(t *store.Table, in, updates *protocol.Node) *Error {
	ready := c.now.Add(c.UpdateDelay)
	slow := false // a change that makes the table UPDATING
	tp := in.Get("ProvisionedThroughput")
	switch mode := in.Get("BillingMode").Str(); {
	case mode == onDemand:
		if tp != nil {
			return validationError(invalidParameter + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
		}
		if !t.OnDemand {
			t.OnDemand, t.OnDemandAt, t.Throughput = true, c.now, store.Throughput{}
			for _, x := range t.Indexes {
				x.Throughput = store.Throughput{}
			}
			slow = true
		}
	case mode == "" && t.OnDemand && tp != nil:
		return validationError(invalidParameter + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
	case tp != nil:
		wasOnDemand := t.OnDemand
		t.OnDemand = false
		if err := c.changeThroughput(&t.Throughput, tp, "table", wasOnDemand); err != nil {
			return err
		}
		slow = true
	}
	if n := in.Get("DeletionProtectionEnabled"); n != nil {
		t.Protected = n.True()
	}
	if n := in.Get("TableClass"); n != nil {
		t.Class = n.Str()
		slow = true
	}
	if err := c.readStream(t, in.Get("StreamSpecification")); err != nil {
		return err
	}
	given, err := readDefinitions(in.Get("AttributeDefinitions"))
	if err != nil {
		return err
	}
	for _, d := range given {
		for _, old := range t.Definitions {
			if old.Name == d.Name && old.Kind != d.Kind {
				return validationError(invalidParameter+"Attribute %s is already defined with another type", d.Name)
			}
		}
	}
	if updates != nil {
		for i := range updates.Elems {
			if err := c.changeIndex(t, &updates.Elems[i], given); err != nil {
				return err
			}
			slow = true
		}
	}
	if slow {
		t.Updating, t.ReadyAt = true, ready
	}
	return nil
}

// changeThroughput sets new capacity. Unless force is set, it must differ from the
// old one.
func (c *call) changeThroughput(old *store.Throughput, n *protocol.Node, what string, force bool) *Error {
	next, err := readThroughput(n, false)
	if err != nil {
		return err
	}
	if !force && next.Read == old.Read && next.Write == old.Write {
		return validationError("The provisioned throughput for the %s will not change. The requested value equals the current value. "+
			"Current ReadCapacityUnits provisioned for the %s: %d. Requested ReadCapacityUnits: %d. "+
			"Current WriteCapacityUnits provisioned for the %s: %d. Requested WriteCapacityUnits: %d. "+
			"Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
			what, what, old.Read, next.Read, what, old.Write, next.Write)
	}
	if next.Read > old.Read || next.Write > old.Write {
		old.IncreasedAt = c.now
	}
	if next.Read < old.Read || next.Write < old.Write {
		old.ReducedAt = c.now
		old.Reductions++
	}
	old.Read, old.Write = next.Read, next.Write
	return nil
}

// changeIndex makes one change to the indexes. The request defines the attributes
// in given.
func (c *call) changeIndex(t *store.Table, n *protocol.Node, given []store.KeyAttr) *Error {
	if u := n.Get("Create"); u != nil {
		return c.createIndex(t, u, given)
	}
	if u := n.Get("Delete"); u != nil {
		x, err := globalIndex(t, u)
		if err != nil {
			return err
		}
		if c.UpdateDelay > 0 {
			x.GoneAt = c.now.Add(c.UpdateDelay)
		} else {
			t.RemoveIndex(x.Name)
		}
		dropUnusedDefinitions(t, x)
		return nil
	}
	u := n.Get("Update")
	x, err := globalIndex(t, u)
	if err != nil {
		return err
	}
	if tp := u.Get("ProvisionedThroughput"); tp != nil {
		if t.OnDemand {
			return nil // accepted and without effect
		}
		return c.changeThroughput(&x.Throughput, tp, "index", false)
	}
	return nil
}

// globalIndex returns the index that a change names.
func globalIndex(t *store.Table, change *protocol.Node) (*store.Index, *Error) {
	x := t.Index(change.Get("IndexName").Str())
	if x == nil || !x.Global {
		return nil, ServiceError("ResourceNotFoundException", "Requested resource not found")
	}
	return x, nil
}

// createIndex adds a global index. The request must define the attributes of its
// key, even those that the table has defined already.
func (c *call) createIndex(t *store.Table, n *protocol.Node, given []store.KeyAttr) *Error {
	name := n.Get("IndexName").Str()
	if t.Index(name) != nil {
		return validationError("Attempting to create an index which already exists: %s", name)
	}
	x, err := c.readIndex(t, n, true, given)
	if err != nil {
		return err
	}
	for _, k := range x.Schema {
		defined := slices.ContainsFunc(t.Definitions, func(d store.KeyAttr) bool { return d.Name == k.Name })
		if !defined {
			t.Definitions = append(slices.Clone(t.Definitions), store.KeyAttr{Name: k.Name, Kind: k.Kind})
		}
	}
	globals := 0
	for _, old := range t.Indexes {
		if old.Global {
			globals++
		}
	}
	if globals >= maxGlobalIndexes {
		return ServiceError("LimitExceededException", "GlobalSecondaryIndex count exceeds the per-table limit of 20")
	}
	x.ReadyAt = c.now.Add(c.UpdateDelay)
	t.AddIndex(x)
	return nil
}

// dropUnusedDefinitions removes the definitions of the attributes that only the
// removed index used.
func dropUnusedDefinitions(t *store.Table, gone *store.Index) {
	var left []store.KeyAttr
	for _, d := range t.Definitions {
		used := t.Schema.Has(d.Name)
		for _, x := range t.Indexes {
			used = used || x.Name != gone.Name && x.Schema.Has(d.Name)
		}
		if used {
			left = append(left, d)
		}
	}
	t.Definitions = left
}
