package queue

import (
	"encoding/json"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// message is a task on its way. Ids are the shop's own or hashes; nothing
// personal waits in a queue.
type message struct {
	Kind Kind   `json:"kind"`
	Shop string `json:"shop"`
	Live bool   `json:"live"`
	ID   string `json:"id,omitzero"`
}

// Encode writes a task for its way.
func Encode(t Task) string {
	b, err := json.Marshal(message{t.Kind, t.Space.Shop, t.Space.Live, t.ID})
	if err != nil {
		panic("queue.Encode: " + err.Error()) // strings always encode
	}
	return string(b)
}

// Decode reads what Encode wrote; what somebody else wrote is a fault.
func Decode(text string) (Task, error) {
	var m message
	if err := json.Unmarshal([]byte(text), &m); err != nil || m.Kind == "" {
		return Task{}, fault.ErrInternal.In("queue.Decode").Because(err)
	}
	return Task{Kind: m.Kind, Space: shop.Space{Shop: m.Shop, Live: m.Live}, ID: m.ID}, nil
}
