package template

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"go.yaml.in/yaml/v3"
)

// tableProperties is what an emulator needs to know of a table. Backups,
// encryption and deletion protection are left to the account.
type tableProperties struct {
	AttributeDefinitions []struct {
		Name string `yaml:"AttributeName"`
		Type string `yaml:"AttributeType"`
	} `yaml:"AttributeDefinitions"`
	Keys   []key   `yaml:"KeySchema"`
	Global []index `yaml:"GlobalSecondaryIndexes"`
	Local  []index `yaml:"LocalSecondaryIndexes"`
	Stream struct {
		View string `yaml:"StreamViewType"`
	} `yaml:"StreamSpecification"`
	TTL struct {
		Attribute string `yaml:"AttributeName"`
		Enabled   bool   `yaml:"Enabled"`
	} `yaml:"TimeToLiveSpecification"`
}

type key struct {
	Attribute string `yaml:"AttributeName"`
	Type      string `yaml:"KeyType"`
}

type index struct {
	Name       string `yaml:"IndexName"`
	Keys       []key  `yaml:"KeySchema"`
	Projection struct {
		Type       string   `yaml:"ProjectionType"`
		Attributes []string `yaml:"NonKeyAttributes"`
	} `yaml:"Projection"`
}

func (t *Template) addTable(id string, properties *yaml.Node) error {
	var p tableProperties
	if err := properties.Decode(&p); err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	table := Table{LogicalID: id, Definition: p.definition(id)}
	if p.TTL.Enabled {
		table.TTLAttribute = p.TTL.Attribute
	}
	t.Tables = append(t.Tables, table)
	return nil
}

// check finds the mistakes that an emulator reports badly or not at all.
func (p tableProperties) check() error {
	if err := p.checkKeys("KeySchema", p.Keys); err != nil {
		return err
	}
	for _, x := range append(append([]index{}, p.Global...), p.Local...) {
		if x.Name == "" {
			return errors.New("an index has no IndexName")
		}
		if err := p.checkKeys("index "+x.Name, x.Keys); err != nil {
			return err
		}
	}
	if p.TTL.Enabled && p.TTL.Attribute == "" {
		return errors.New("TimeToLiveSpecification has no AttributeName")
	}
	return nil
}

func (p tableProperties) checkKeys(where string, keys []key) error {
	if len(keys) == 0 {
		return fmt.Errorf("%s: there are no keys", where)
	}
	for _, k := range keys {
		if !p.defines(k.Attribute) {
			return fmt.Errorf("%s: key %q is not in AttributeDefinitions", where, k.Attribute)
		}
	}
	return nil
}

func (p tableProperties) defines(attribute string) bool {
	for _, a := range p.AttributeDefinitions {
		if a.Name == attribute && a.Type != "" {
			return true
		}
	}
	return false
}

// definition is always on demand: a laptop has no capacity to provision.
func (p tableProperties) definition(name string) *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{
		TableName:   aws.String(name),
		BillingMode: types.BillingModePayPerRequest,
		KeySchema:   keySchema(p.Keys),
	}
	for _, a := range p.AttributeDefinitions {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(a.Name), AttributeType: types.ScalarAttributeType(a.Type),
		})
	}
	for _, x := range p.Global {
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(x.Name), KeySchema: keySchema(x.Keys), Projection: x.projection(),
		})
	}
	for _, x := range p.Local {
		in.LocalSecondaryIndexes = append(in.LocalSecondaryIndexes, types.LocalSecondaryIndex{
			IndexName: aws.String(x.Name), KeySchema: keySchema(x.Keys), Projection: x.projection(),
		})
	}
	if p.Stream.View != "" {
		in.StreamSpecification = &types.StreamSpecification{
			StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewType(p.Stream.View),
		}
	}
	return in
}

func keySchema(keys []key) []types.KeySchemaElement {
	var schema []types.KeySchemaElement
	for _, k := range keys {
		schema = append(schema, types.KeySchemaElement{
			AttributeName: aws.String(k.Attribute), KeyType: types.KeyType(k.Type),
		})
	}
	return schema
}

func (x index) projection() *types.Projection {
	return &types.Projection{
		ProjectionType:   types.ProjectionType(x.Projection.Type),
		NonKeyAttributes: x.Projection.Attributes,
	}
}
