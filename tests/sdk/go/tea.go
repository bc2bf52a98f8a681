package main

import (
	client "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	models "github.com/alibabacloud-go/darabonba-openapi/v2/models"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/aliyun/credentials-go/credentials"
)

// callTea uses the core that today's generated clients rest on; it signs with ACS3-HMAC-SHA256.
func callTea(o order) (any, error) {
	config := &models.Config{
		AccessKeyId:     &o.AccessKeyId,
		AccessKeySecret: &o.AccessKeySecret,
	}
	if o.SecurityToken != "" {
		config.SecurityToken = &o.SecurityToken
	}
	return send(o, config)
}

// callWithProvider lets the SDK's credentials assume roles, and uses Tea for the rest.
func callWithProvider(o order) (any, error) {
	if o.Action != "AssumeRole" {
		return callTea(o)
	}
	_, place := o.place()
	config := new(credentials.Config).
		SetType("ram_role_arn").
		SetAccessKeyId(o.AccessKeyId).
		SetAccessKeySecret(o.AccessKeySecret).
		SetRoleArn(text(o.Parameters["RoleArn"])).
		SetRoleSessionName(text(o.Parameters["RoleSessionName"])).
		SetSTSEndpoint(place)
	if policy, ok := o.Parameters["Policy"]; ok {
		config.SetPolicy(text(policy))
	}
	if seconds, ok := o.Parameters["DurationSeconds"].(float64); ok {
		config.SetRoleSessionExpiration(int(seconds))
	}
	if o.SecurityToken != "" {
		config.SetSecurityToken(o.SecurityToken)
	}
	provider, err := credentials.NewCredential(config)
	if err != nil {
		return nil, err
	}
	got, err := provider.GetCredential()
	if err != nil {
		return nil, err
	}
	return map[string]any{"Credentials": map[string]any{
		"AccessKeyId":     got.AccessKeyId,
		"AccessKeySecret": got.AccessKeySecret,
		"SecurityToken":   got.SecurityToken,
	}}, nil
}

func send(o order, config *models.Config) (any, error) {
	scheme, place := o.place()
	config.SetProtocol(scheme).SetEndpoint(place).SetRegionId(o.Region)
	core, err := client.NewClient(config)
	if err != nil {
		return nil, err
	}
	params := new(models.Params).
		SetAction(o.Action).
		SetVersion(o.Version).
		SetProtocol(scheme).
		SetPathname("/").
		SetMethod("POST").
		SetAuthType("AK").
		SetStyle("RPC").
		SetReqBodyType("formData").
		SetBodyType("json")
	query := map[string]*string{}
	for name, value := range o.Parameters {
		query[name] = dara.String(text(value))
	}
	answer, err := core.CallApi(params, new(models.OpenApiRequest).SetQuery(query), new(dara.RuntimeOptions))
	if err != nil {
		return nil, err
	}
	return answer["body"], nil
}
