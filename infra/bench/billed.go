package main

import (
	"encoding/base64"
	"encoding/json"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// A failed condition is billed but reports no consumed units. So they are
// computed from what DynamoDB documents: a conditional write that fails
// consumes write units by the size of the item that stands there, at least one;
// a transaction that is cancelled consumes, for each of its items, twice that.
// An item that did not come back with the refusal counts as one unit.

// billed sums the failed writes on the tape.
func (t *tape) billed() float64 {
	var sum float64
	for _, input := range t.inputs {
		switch in := input.(type) {
		case *dynamodb.PutItemInput:
			sum += t.last("PutItem").one()
		case *dynamodb.UpdateItemInput:
			sum += t.last("UpdateItem").one()
		case *dynamodb.TransactWriteItemsInput:
			sum += t.last("TransactWriteItems").many(len(in.TransactItems))
		}
	}
	return sum
}

const badRequest = 400

type attributes = map[string]map[string]json.RawMessage

// one is a failed single write.
func (a recorded) one() float64 {
	var refused struct {
		Item attributes `json:"Item"`
	}
	if a.status != badRequest || json.Unmarshal(a.body, &refused) != nil {
		return 0
	}
	return units(refused.Item)
}

// many is a cancelled transaction of n items.
func (a recorded) many(n int) float64 {
	var refused struct {
		CancellationReasons []struct {
			Item attributes `json:"Item"`
		} `json:"CancellationReasons"`
	}
	if a.status != badRequest || json.Unmarshal(a.body, &refused) != nil {
		return 0
	}
	sum := 0.0
	for i := range n {
		var item attributes
		if i < len(refused.CancellationReasons) {
			item = refused.CancellationReasons[i].Item
		}
		sum += 2 * units(item)
	}
	return sum
}

// units are write units: one for each begun KB, at least one.
func units(item attributes) float64 {
	size := 0
	for name, value := range item {
		size += len(name) + sizeOf(value)
	}
	return float64(max(1, (size+1023)/1024))
}

// sizeOf follows "DynamoDB item sizes and formats": text by its UTF-8 bytes, a
// number by half its digits and one, lists and maps by their content and three,
// and one for each element.
func sizeOf(value map[string]json.RawMessage) int {
	for kind, raw := range value {
		var text string
		var list []json.RawMessage
		_ = json.Unmarshal(raw, &text) // each is one or the other
		_ = json.Unmarshal(raw, &list)
		switch kind {
		case "S":
			return len(text)
		case "N":
			return utf8.RuneCountInString(text)/2 + 1
		case "B":
			return base64.StdEncoding.DecodedLen(len(text))
		case "M":
			return sizeOfMap(raw)
		case "SS", "NS", "BS", "L":
			return 3 + len(raw) // an upper bound; our rows have none of weight
		}
	}
	return 1 // BOOL, NULL
}

func sizeOfMap(raw json.RawMessage) int {
	var m attributes
	_ = json.Unmarshal(raw, &m) // by its kind it is one
	size := 3
	for name, value := range m {
		size += 1 + len(name) + sizeOf(value)
	}
	return size
}
