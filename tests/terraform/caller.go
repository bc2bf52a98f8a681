package terraform

import (
	"encoding/json"
	"errors"
	"maps"

	rpc "github.com/alibabacloud-go/tea-rpc/client"
	util "github.com/alibabacloud-go/tea-utils/service"
	"github.com/alibabacloud-go/tea/tea"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	credential "github.com/aliyun/credentials-go/credentials"
)

// The products' versions.
const (
	ram             = "2015-05-01"
	ims             = "2019-08-15"
	resourcemanager = "2020-03-31"
)

// A Caller sends requests as the provider does, with its libraries and its settings.
type Caller struct {
	Endpoint   string
	Protocol   string
	Credential credential.Credential
}

// A Refusal is what the provider reads of an error that is answered. One that there is not has no code.
type Refusal struct {
	Code   string
	Status int
}

// Call sends one request and returns the answer, or what is refused.
func (caller Caller) Call(library, version, action string, parameters map[string]string) (map[string]any, Refusal, error) {
	if library == "sdk" {
		return caller.bySdk(version, action, parameters)
	}
	return caller.byTea(version, action, parameters)
}

func (caller Caller) byTea(version, action string, parameters map[string]string) (map[string]any, Refusal, error) {
	held, err := caller.Credential.GetCredential()
	if err != nil {
		return nil, Refusal{}, err
	}
	config := &rpc.Config{
		Endpoint: tea.String(caller.Endpoint), Protocol: tea.String(caller.Protocol), RegionId: tea.String(Region),
		AccessKeyId: held.AccessKeyId, AccessKeySecret: held.AccessKeySecret, SecurityToken: held.SecurityToken,
	}
	client, err := rpc.NewClient(config)
	if err != nil {
		return nil, Refusal{}, err
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
		return nil, Refusal{tea.StringValue(refused.Code), tea.IntValue(refused.StatusCode)}, nil
	}
	if err != nil {
		return nil, Refusal{}, err
	}
	content, err := json.Marshal(answer)
	if err != nil {
		return nil, Refusal{}, err
	}
	return read(content)
}

func (caller Caller) bySdk(version, action string, parameters map[string]string) (map[string]any, Refusal, error) {
	held, err := caller.Credential.GetCredential()
	if err != nil {
		return nil, Refusal{}, err
	}
	config := sdk.NewConfig().WithScheme(caller.Protocol)
	signer := credentials.NewStsTokenCredential(
		tea.StringValue(held.AccessKeyId), tea.StringValue(held.AccessKeySecret), tea.StringValue(held.SecurityToken),
	)
	client, err := sdk.NewClientWithOptions(Region, config, signer)
	if err != nil {
		return nil, Refusal{}, err
	}
	request := requests.NewCommonRequest()
	request.Domain, request.Scheme = caller.Endpoint, caller.Protocol
	request.Version, request.ApiName, request.Method = version, action, requests.POST
	maps.Copy(request.QueryParams, parameters)
	response, err := client.ProcessCommonRequest(request)
	var refused *sdkerrors.ServerError
	if errors.As(err, &refused) {
		return nil, Refusal{refused.ErrorCode(), refused.HttpStatus()}, nil
	}
	if err != nil {
		return nil, Refusal{}, err
	}
	return read(response.GetHttpContentBytes())
}

// read gives both libraries' answers one form.
func read(content []byte) (answer map[string]any, none Refusal, err error) {
	err = json.Unmarshal(content, &answer)
	return answer, none, err
}
