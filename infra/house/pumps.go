package house

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/lagniappe/lagniappe/infra/pump"
	"github.com/lagniappe/lagniappe/internal/app/background"
)

// pumps stand for the event source mappings of the template.
func (o Options) pumps(streamed map[string]background.Streamed) []*pump.Pump {
	if o.Places == "" {
		return nil
	}
	client := dynamodbstreams.New(dynamodbstreams.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(o.Endpoint), Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	var out []*pump.Pump
	for _, f := range o.Template.Functions {
		if streamed[f.Folder] == nil {
			continue
		}
		out = append(out, &pump.Pump{
			Streams: client, Tables: o.Template.Streamed(f.LogicalID), Handler: background.FromStream(streamed[f.Folder]),
			File: o.Places + "-" + f.Folder, Log: o.Log.With("function", f.Folder),
		})
	}
	return out
}
