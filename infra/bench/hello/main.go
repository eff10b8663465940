// Command hello is the least that a function of ours can be: the Lambda
// runtime, the gateway's event, and the same DynamoDB client, which reads one
// row READS times and answers. The bench holds the cold start of every function against it,
// so it must be built and started as they are, and import nothing of theirs.
package main

import (
	"context"
	"net/http"
	"os"
	"strconv"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func main() {
	db, table := client(), os.Getenv("SHOPS_TABLE")
	reads, _ := strconv.Atoi(os.Getenv("READS")) // none: none
	lambda.Start(func(ctx context.Context, _ events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		for range reads {
			if err := read(ctx, db, table); err != nil {
				return events.APIGatewayV2HTTPResponse{}, err
			}
		}
		return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusOK, Body: `{"hello":"world"}`}, nil
	})
}

func read(ctx context.Context, db *dynamodb.Client, table string) error {
	_, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, ConsistentRead: aws.Bool(true), Key: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "hello"}, "sk": &types.AttributeValueMemberS{Value: "world"},
	}})
	return err
}

// client is as in package app: importing that would import what is measured.
func client() *dynamodb.Client {
	cfg := aws.Config{
		Region:      os.Getenv("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN")),
		HTTPClient: awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.MaxIdleConns, t.MaxIdleConnsPerHost = 256, 256
		}),
	}
	if endpoint := os.Getenv("DYNAMODB_ENDPOINT"); endpoint != "" {
		cfg.BaseEndpoint = &endpoint
	}
	return dynamodb.NewFromConfig(cfg)
}
