package terraform

import (
	"encoding/json"
	"errors"

	rpc "github.com/alibabacloud-go/tea-rpc/client"
	util "github.com/alibabacloud-go/tea-utils/service"
	"github.com/alibabacloud-go/tea/tea"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	credential "github.com/aliyun/credentials-go/credentials"
)

// A Caller sends requests as the provider does, with its libraries and its settings.
type Caller struct {
	Endpoint   string
	Protocol   string
	Credential credential.Credential
}

// Call sends one request and returns the answer, or the code of the error that is answered.
func (caller Caller) Call(library, version, action string, parameters map[string]string) (map[string]any, string, error) {
	if library == "sdk" {
		return caller.bySdk(version, action, parameters)
	}
	return caller.byTea(version, action, parameters)
}

func (caller Caller) byTea(version, action string, parameters map[string]string) (map[string]any, string, error) {
	held, err := caller.Credential.GetCredential()
	if err != nil {
		return nil, "", err
	}
	config := &rpc.Config{
		Endpoint: tea.String(caller.Endpoint), Protocol: tea.String(caller.Protocol), RegionId: tea.String(Region),
		AccessKeyId: held.AccessKeyId, AccessKeySecret: held.AccessKeySecret, SecurityToken: held.SecurityToken,
	}
	client, err := rpc.NewClient(config)
	if err != nil {
		return nil, "", err
	}
	body := map[string]any{}
	for key, value := range parameters {
		body[key] = value
	}
	answer, err := client.DoRequest(
		tea.String(action), nil, tea.String("POST"), tea.String(version), tea.String("AK"), nil, body, &util.RuntimeOptions{},
	)
	var refused *tea.SDKError
	if errors.As(err, &refused) {
		return nil, tea.StringValue(refused.Code), nil
	}
	if err != nil {
		return nil, "", err
	}
	content, err := json.Marshal(answer)
	if err != nil {
		return nil, "", err
	}
	return read(content)
}

func (caller Caller) bySdk(version, action string, parameters map[string]string) (map[string]any, string, error) {
	held, err := caller.Credential.GetCredential()
	if err != nil {
		return nil, "", err
	}
	config := sdk.NewConfig().WithScheme(caller.Protocol)
	signer := credentials.NewStsTokenCredential(
		tea.StringValue(held.AccessKeyId), tea.StringValue(held.AccessKeySecret), tea.StringValue(held.SecurityToken),
	)
	client, err := sdk.NewClientWithOptions(Region, config, signer)
	if err != nil {
		return nil, "", err
	}
	request := requests.NewCommonRequest()
	request.Domain, request.Scheme = caller.Endpoint, caller.Protocol
	request.Version, request.ApiName, request.Method = version, action, requests.POST
	request.QueryParams = parameters
	response, err := client.ProcessCommonRequest(request)
	var refused *sdkerrors.ServerError
	if errors.As(err, &refused) {
		return nil, refused.ErrorCode(), nil
	}
	if err != nil {
		return nil, "", err
	}
	return read(response.GetHttpContentBytes())
}

// read gives both libraries' answers one form.
func read(content []byte) (answer map[string]any, code string, err error) {
	return answer, "", json.Unmarshal(content, &answer)
}
