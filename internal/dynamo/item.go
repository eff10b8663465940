package dynamo

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// item is a row, or the values of an expression. Reading a missing attribute
// gives its zero value: rows grow by optional attributes.
type item = map[string]types.AttributeValue

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func num[N int | int64](n N) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(int64(n), 10)}
}

func bin(b []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }

func boolean(b bool) types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: b} }

func moment(t time.Time) types.AttributeValue { return num(t.UnixMilli()) }

// document stores a value in the JSON form that callers see.
func document(v any) types.AttributeValue {
	b, err := json.Marshal(v)
	if err != nil {
		panic("dynamo: a domain value does not encode: " + err.Error())
	}
	return str(string(b))
}

func getStr(i item, name string) string {
	if v, ok := i[name].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

func getNum(i item, name string) int64 {
	if v, ok := i[name].(*types.AttributeValueMemberN); ok {
		n, _ := strconv.ParseInt(v.Value, 10, 64) // only num writes these
		return n
	}
	return 0
}

func getBin(i item, name string) []byte {
	if v, ok := i[name].(*types.AttributeValueMemberB); ok {
		return v.Value
	}
	return nil
}

func getBool(i item, name string) bool {
	v, ok := i[name].(*types.AttributeValueMemberBOOL)
	return ok && v.Value
}

func getTime(i item, name string) time.Time {
	if n := getNum(i, name); n != 0 {
		return time.UnixMilli(n).UTC()
	}
	return time.Time{}
}

func getMap(i item, name string) item {
	if v, ok := i[name].(*types.AttributeValueMemberM); ok {
		return v.Value
	}
	return nil
}

func getDocument(i item, name string, v any) error {
	s := getStr(i, name)
	if s == "" {
		return nil
	}
	return json.Unmarshal([]byte(s), v)
}

func set(texts ...string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: texts} }

func getSet(i item, name string) []string { return setOf(i[name]) }

func setOf(v types.AttributeValue) []string {
	if v, ok := v.(*types.AttributeValueMemberSS); ok {
		return slices.Clone(v.Value)
	}
	return nil
}

// getNames reads a list of texts: nil where there is none, which is not an empty one.
func getNames(i item, name string) []string {
	list, ok := i[name].(*types.AttributeValueMemberL)
	if !ok {
		return nil
	}
	names := make([]string, len(list.Value))
	for n, v := range list.Value {
		names[n] = getStr(item{"": v}, "")
	}
	return names
}
