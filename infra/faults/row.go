package faults

import (
	"encoding/json"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// row is what a table keeps.
type row map[string]types.AttributeValue

func (r row) has(name string) bool { return r[name] != nil }

func (r row) text(name string) string {
	if v, ok := r[name].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

func (r row) number(name string) int64 {
	v, ok := r[name].(*types.AttributeValueMemberN)
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(v.Value, 10, 64)
	if err != nil {
		return -1 // no counter of ours, and so a drift
	}
	return n
}

func (r row) flag(name string) bool {
	v, ok := r[name].(*types.AttributeValueMemberBOOL)
	return ok && v.Value
}

// list gives the texts of a list.
func (r row) list(name string) []string {
	v, _ := r[name].(*types.AttributeValueMemberL)
	var out []string
	if v != nil {
		for _, e := range v.Value {
			if s, ok := e.(*types.AttributeValueMemberS); ok {
				out = append(out, s.Value)
			}
		}
	}
	return out
}

// texts gives the texts of a set.
func (r row) texts(name string) []string {
	if v, ok := r[name].(*types.AttributeValueMemberSS); ok {
		return v.Value
	}
	return nil
}

// document reads JSON; what is none leaves v as it is, and shows as a drift.
func (r row) document(name string, v any) { _ = json.Unmarshal([]byte(r.text(name)), v) }
