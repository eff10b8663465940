package main

import (
	"bytes"
	"io"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
)

// tape stands between a client and DynamoDB. While it records it lets every
// request through and keeps requests and answers; while it plays, it gives those
// answers, of each kind in turn, and the table hears nothing. So a handler
// can be run a thousand times on the same coupon, and what it costs is our own
// code and the SDK's, not the emulator's.
type tape struct {
	mu      sync.Mutex
	playing bool
	answers map[string][]recorded // by X-Amz-Target
	given   map[string]int        // how many of them were played
	inputs  []any
}

type recorded struct {
	status int
	header http.Header
	body   []byte
}

func (t *tape) play(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.playing = on
}

// rewind forgets everything and records.
func (t *tape) rewind() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.playing, t.answers, t.given, t.inputs = false, map[string][]recorded{}, map[string]int{}, nil
}

// client puts the tape into a client. It takes the inputs as they enter the SDK.
func (t *tape) client(o *dynamodb.Options) {
	o.HTTPClient = &head{tape: t, real: o.HTTPClient}
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("tape", t.take), middleware.After)
	})
}

// head is the part of a tape in one client.
type head struct {
	tape *tape
	real aws.HTTPClient
}

// Do implements aws.HTTPClient.
func (h *head) Do(r *http.Request) (*http.Response, error) {
	target := r.Header.Get("X-Amz-Target")
	if answer, playing := h.tape.next(target); playing {
		return answer.response(r), nil
	}
	res, err := h.real.Do(r)
	if err != nil {
		return nil, err
	}
	return h.tape.keep(target, r, res)
}

// next is the answer to play; not while the tape records.
func (t *tape) next(target string) (a recorded, playing bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if list := t.answers[target]; t.playing && len(list) > 0 {
		a = list[t.given[target]%len(list)]
		t.given[target]++
	}
	return a, t.playing
}

// last is the last answer to a kind of request.
func (t *tape) last(operation string) recorded {
	if list := t.answers["DynamoDB_20120810."+operation]; len(list) > 0 {
		return list[len(list)-1]
	}
	return recorded{}
}

func (t *tape) keep(target string, r *http.Request, res *http.Response) (*http.Response, error) {
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return nil, err
	}
	a := recorded{res.StatusCode, res.Header, body}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.answers[target] = append(t.answers[target], a)
	return a.response(r), nil
}

func (a recorded) response(r *http.Request) *http.Response {
	return &http.Response{
		Status: http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)), ContentLength: int64(len(a.body)), Request: r,
	}
}
