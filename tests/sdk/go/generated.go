package main

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ims"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/iot"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ram"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/resourcemanager"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/sts"
)

// operation makes a call with the request, the method and the response that the SDK has for it.
type operation func(order) (any, error)

type opener[C any] func(region string, config *sdk.Config, credential auth.Credential) (*C, error)

func with[C, Q, R any](open opener[C], create func() *Q, call func(*C, *Q) (*R, error)) operation {
	return func(o order) (any, error) {
		client, err := open(o.Region, sdk.NewConfig(), credential(o))
		if err != nil {
			return nil, err
		}
		request := create()
		fill(reflect.ValueOf(request).Elem(), o.Parameters)
		send := any(request).(requests.AcsRequest)
		scheme, place := o.place()
		send.SetScheme(strings.ToUpper(scheme))
		send.SetDomain(place)
		return call(client, request)
	}
}

var operations = map[string]operation{
	"Sts.AssumeRole":        with(sts.NewClientWithOptions, sts.CreateAssumeRoleRequest, (*sts.Client).AssumeRole),
	"Sts.GetCallerIdentity": with(sts.NewClientWithOptions, sts.CreateGetCallerIdentityRequest, (*sts.Client).GetCallerIdentity),

	"Ram.AttachPolicyToRole":   with(ram.NewClientWithOptions, ram.CreateAttachPolicyToRoleRequest, (*ram.Client).AttachPolicyToRole),
	"Ram.AttachPolicyToUser":   with(ram.NewClientWithOptions, ram.CreateAttachPolicyToUserRequest, (*ram.Client).AttachPolicyToUser),
	"Ram.CreateGroup":          with(ram.NewClientWithOptions, ram.CreateCreateGroupRequest, (*ram.Client).CreateGroup),
	"Ram.CreatePolicy":         with(ram.NewClientWithOptions, ram.CreateCreatePolicyRequest, (*ram.Client).CreatePolicy),
	"Ram.CreateRole":           with(ram.NewClientWithOptions, ram.CreateCreateRoleRequest, (*ram.Client).CreateRole),
	"Ram.DeleteRole":           with(ram.NewClientWithOptions, ram.CreateDeleteRoleRequest, (*ram.Client).DeleteRole),
	"Ram.DetachPolicyFromRole": with(ram.NewClientWithOptions, ram.CreateDetachPolicyFromRoleRequest, (*ram.Client).DetachPolicyFromRole),
	"Ram.GetGroup":             with(ram.NewClientWithOptions, ram.CreateGetGroupRequest, (*ram.Client).GetGroup),
	"Ram.GetPolicy":            with(ram.NewClientWithOptions, ram.CreateGetPolicyRequest, (*ram.Client).GetPolicy),
	"Ram.GetPolicyVersion":     with(ram.NewClientWithOptions, ram.CreateGetPolicyVersionRequest, (*ram.Client).GetPolicyVersion),
	"Ram.GetRole":              with(ram.NewClientWithOptions, ram.CreateGetRoleRequest, (*ram.Client).GetRole),

	"Ims.GetUser": with(ims.NewClientWithOptions, ims.CreateGetUserRequest, (*ims.Client).GetUser),

	"ResourceManager.ListPolicyAttachments": with(resourcemanager.NewClientWithOptions, resourcemanager.CreateListPolicyAttachmentsRequest, (*resourcemanager.Client).ListPolicyAttachments),

	"Iot.CreateProduct": with(iot.NewClientWithOptions, iot.CreateCreateProductRequest, (*iot.Client).CreateProduct),
	"Iot.QueryProduct":  with(iot.NewClientWithOptions, iot.CreateQueryProductRequest, (*iot.Client).QueryProduct),
}

// callGenerated uses the classes that the SDK has for each operation.
func callGenerated(o order) (any, error) {
	return operations[o.Product+"."+o.Action](o)
}

// callCommon names the operation in a request of no particular kind, as the aliyun command does.
func callCommon(o order) (any, error) {
	client, err := sdk.NewClientWithOptions(o.Region, sdk.NewConfig(), credential(o))
	if err != nil {
		return nil, err
	}
	request := requests.NewCommonRequest()
	scheme, place := o.place()
	request.Method = requests.POST
	request.Scheme = strings.ToUpper(scheme)
	request.Domain = place
	request.Product = o.Product
	request.Version = o.Version
	request.ApiName = o.Action
	for name, value := range o.Parameters {
		request.QueryParams[name] = text(value)
	}
	response, err := client.ProcessCommonRequest(request)
	if err != nil {
		return nil, err
	}
	return json.RawMessage(response.GetHttpContentBytes()), nil
}

func credential(o order) auth.Credential {
	if o.SecurityToken == "" {
		return credentials.NewAccessKeyCredential(o.AccessKeyId, o.AccessKeySecret)
	}
	return credentials.NewStsTokenCredential(o.AccessKeyId, o.AccessKeySecret, o.SecurityToken)
}

// fill sets the members of a request that bear the parameters' names.
func fill(request reflect.Value, parameters map[string]any) {
	for name, value := range parameters {
		request.FieldByName(name).SetString(text(value))
	}
}
