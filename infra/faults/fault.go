package faults

import (
	"encoding/json"
	"hash/crc32"
	"maps"
	"net/http"
	"strconv"
)

// Fault is what happens to one request.
type Fault int

// The faults.
const (
	None          Fault = iota
	CutBefore           // the connection ends, and the table never saw the request
	CutAfter            // the connection ends after the commit
	Delay               // the request is slow
	Overtaken           // so slow that the SDK gives up and sends it again; then the first arrives, too
	Throttle            // ThrottlingException; ThrottlingError in a transaction
	Provisioned         // ProvisionedThroughputExceeded, in either form
	Conflict            // another transaction has the last of the rows
	ErrorBefore         // InternalServerError, nothing committed
	ErrorAfter          // InternalServerError, and it is committed
	Duplicate           // it arrives twice
	DuplicateAnew       // it arrives twice, the second time under no token
	Late                // a copy arrives later
	LateAnew            // a copy arrives later, under no token
)

var names = [...]string{
	"none", "cut before commit", "cut after commit", "delay", "overtaken by its retry", "throttle", "provisioned throughput",
	"conflict", "error before commit", "error after commit", "duplicate", "duplicate without token", "late copy",
	"late copy without token",
}

func (f Fault) String() string { return names[f] }

// All lists the faults.
func All() []Fault {
	out := make([]Fault, 0, len(names)-1)
	for f := CutBefore; f <= LateAnew; f++ {
		out = append(out, f)
	}
	return out
}

// answer is what the SDK gets. The zero answer is none: the connection is cut.
type answer struct {
	status int
	header http.Header
	body   []byte
}

var cut answer

func (a answer) write(w http.ResponseWriter) {
	if a.status == 0 {
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // who left does not read it
}

const model = "com.amazonaws.dynamodb.v20120810#"

// refusal answers as DynamoDB does without doing anything.
func refusal(f Fault, c Call) answer {
	transaction := c.Op == "TransactWriteItems"
	switch {
	case f == CutBefore:
		return cut
	case f == ErrorBefore:
		return internalError()
	case f == Throttle && transaction:
		return canceled(c, "ThrottlingError")
	case f == Throttle:
		return problem(http.StatusBadRequest, "com.amazon.coral.availability#ThrottlingException", "Rate of requests exceeds the allowed throughput.")
	case f == Provisioned && transaction:
		return canceled(c, "ProvisionedThroughputExceeded")
	case f == Conflict && transaction:
		return canceled(c, "TransactionConflict")
	case f == Conflict && c.Writes():
		return problem(http.StatusBadRequest, model+"TransactionConflictException", "Transaction is ongoing for the item")
	}
	// A conflict does not meet a read; the nearest that does is this.
	return problem(http.StatusBadRequest, model+"ProvisionedThroughputExceededException", "The level of configured provisioned throughput for the table was exceeded.")
}

func internalError() answer {
	return problem(http.StatusInternalServerError, model+"InternalServerError", "Internal server error")
}

// reason is why one action of a transaction was refused.
type reason struct {
	Code    string
	Message string `json:",omitempty"`
}

// canceled names the reason for the last of the transaction's actions, and None for the others.
func canceled(c Call, code string) answer {
	var in struct {
		TransactItems []json.RawMessage `json:"TransactItems"`
	}
	if err := json.Unmarshal(c.Body, &in); err != nil || len(in.TransactItems) == 0 {
		return internalError()
	}
	reasons := make([]reason, len(in.TransactItems))
	for i := range reasons {
		reasons[i].Code = "None"
	}
	reasons[len(reasons)-1] = reason{code, "This action of the transaction was refused."}
	return encoded(http.StatusBadRequest, map[string]any{
		"__type":  model + "TransactionCanceledException",
		"Message": "Transaction cancelled, please refer cancellation reasons for specific reasons", "CancellationReasons": reasons,
	})
}

func problem(status int, kind, message string) answer {
	return encoded(status, map[string]any{"__type": kind, "message": message})
}

// encoded carries the checksum that the SDK compares.
func encoded(status int, v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		return cut
	}
	return answer{status, http.Header{
		"Content-Type":     {"application/x-amz-json-1.0"},
		"X-Amz-Crc32":      {strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)},
		"X-Amzn-Requestid": {"FAULT"},
	}, body}
}
