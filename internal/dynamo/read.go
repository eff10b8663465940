package dynamo

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"
)

// maxBatch is how many rows DynamoDB gives in one BatchGetItem.
const maxBatch = 100

// batch reads rows of one table by key: one request for each hundred, more
// only where DynamoDB hands some back. Rows that are not there are missing from
// the answer, which is by rowID. It is no snapshot: the rows are read one by one.
func (s *Store) batch(ctx context.Context, table string, keys []item, consistent bool) (map[string]item, error) {
	rows := make(map[string]item, len(keys))
	for chunk := range slices.Chunk(keys, maxBatch) {
		if err := s.batchInto(ctx, rows, table, chunk, consistent); err != nil {
			return nil, failed("dynamo.batch", err)
		}
	}
	return rows, nil
}

func (s *Store) batchInto(ctx context.Context, rows map[string]item, table string, keys []item, consistent bool) error {
	for n := 0; len(keys) > 0; n++ {
		if n == maxTries {
			return errConflict
		}
		if n > 0 {
			if err := wait(ctx, n); err != nil {
				return err
			}
		}
		out, err := s.db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			table: {Keys: keys, ConsistentRead: aws.Bool(consistent)},
		}})
		if err != nil {
			return err
		}
		for _, row := range out.Responses[table] {
			rows[rowID(row)] = row
		}
		keys = out.UnprocessedKeys[table].Keys
	}
	return nil
}

// query describes one page of a list: partition, newest first, below a sort key.
type query struct {
	table, index   string
	hashAttr, hash string
	sortAttr       string
	prefix         string // of the sort key; of a table, not of an index
	below          string // sort keys from here on were on earlier pages
	limit          int

	// In the place of prefix and below, of a table: bounds of the sort key, the upper
	// of which is none, and the sort key that ended the page before.
	from, until, past string
	oldest            bool // first; else the newest
}

// queriesAtOnce bounds how many queries of one page are on their way.
const queriesAtOnce = 16

// page runs queries side by side. It gives the rows of all, in the order asked for.
func (s *Store) page(ctx context.Context, qs ...query) ([]item, error) {
	pages := make([][]item, len(qs))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(queriesAtOnce)
	for i, q := range qs {
		g.Go(func() (err error) {
			pages[i], err = s.query(ctx, q)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, failed("dynamo.page", err)
	}
	return merge(pages, qs[0]), nil
}

func (s *Store) query(ctx context.Context, q query) ([]item, error) {
	in := &dynamodb.QueryInput{
		TableName: &q.table, IndexName: optional(q.index),
		KeyConditionExpression:    aws.String("#h = :h"),
		ExpressionAttributeNames:  map[string]string{"#h": q.hashAttr},
		ExpressionAttributeValues: item{":h": str(q.hash)},
		ScanIndexForward:          aws.Bool(q.oldest), Limit: aws.Int32(int32(q.limit)), ConsistentRead: aws.Bool(q.index == ""), //nolint:gosec // at most 1,001
	}
	switch {
	case q.until != "":
		in.KeyConditionExpression = aws.String("#h = :h AND #s BETWEEN :f AND :u")
		in.ExpressionAttributeNames["#s"] = q.sortAttr
		in.ExpressionAttributeValues[":f"], in.ExpressionAttributeValues[":u"] = str(q.from), str(q.until)
		if q.past != "" {
			in.ExclusiveStartKey = key(q.hash, q.past)
		}
	case q.prefix != "":
		in.KeyConditionExpression = aws.String("#h = :h AND begins_with(#s, :p)")
		in.ExpressionAttributeNames["#s"] = q.sortAttr
		in.ExpressionAttributeValues[":p"] = str(q.prefix)
		if q.below != "" {
			in.ExclusiveStartKey = key(q.hash, q.below)
		}
	case q.below != "":
		in.KeyConditionExpression = aws.String("#h = :h AND #s < :s")
		in.ExpressionAttributeNames["#s"] = q.sortAttr
		in.ExpressionAttributeValues[":s"] = str(q.below)
	}
	out, err := s.db.Query(ctx, in)
	if err != nil {
		return nil, err
	}
	return out.Items, nil
}

// upTo gives a page of rows of which one more was asked for, and the sort key that
// ended it ("" on the last).
func upTo(rows []item, limit int) ([]item, string) {
	if len(rows) <= limit {
		return rows, ""
	}
	return rows[:limit], getStr(rows[limit-1], attrSK)
}

// visit hands each row of a list to do. read gives at most maxBatch of those below a sort key.
func visit(sortAttr string, read func(below string) ([]item, error), do func(item) error) error {
	for below := ""; ; {
		rows, err := read(below)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := do(row); err != nil {
				return err
			}
		}
		if len(rows) < maxBatch {
			return nil
		}
		below = getStr(rows[len(rows)-1], sortAttr)
	}
}

// merge takes the first limit rows of several sorted lists.
func merge(pages [][]item, q query) []item {
	var out []item
	for len(out) < q.limit {
		var best *[]item
		for i := range pages {
			if p := &pages[i]; len(*p) > 0 && (best == nil || q.before((*p)[0], (*best)[0])) {
				best = p
			}
		}
		if best == nil {
			break
		}
		out, *best = append(out, (*best)[0]), (*best)[1:]
	}
	return out
}

// before reports whether a row comes first.
func (q query) before(a, b item) bool {
	if q.oldest {
		a, b = b, a
	}
	return getStr(a, q.sortAttr) > getStr(b, q.sortAttr)
}
