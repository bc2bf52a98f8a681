package main

import (
	"encoding/json"
	"errors"
	"strings"

	client "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	"github.com/alibabacloud-go/tea/tea"
	sdk "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
)

// told reads what is known of a refusal from an SDK's error.
func told(err error) refusal {
	var older *sdk.ServerError
	var denied *client.ClientError
	var failed *client.ServerError
	switch {
	case errors.As(err, &older):
		status := older.HttpStatus()
		return refusal{Code: older.ErrorCode(), Status: &status, Message: older.Error()}
	case errors.As(err, &denied):
		detail := denied.AccessDeniedDetail
		return refusal{tea.StringValue(denied.Code), denied.StatusCode, denied.Error(), detail}
	case errors.As(err, &failed):
		return refusal{tea.StringValue(failed.Code), failed.StatusCode, failed.Error(), nil}
	}
	return quoted(err.Error())
}

// quoted reads the refusal that an error of the credentials quotes behind its own words.
func quoted(message string) refusal {
	var body struct {
		Code               string
		AccessDeniedDetail map[string]any
	}
	if begin := strings.Index(message, "{"); begin >= 0 {
		_ = json.Unmarshal([]byte(message[begin:]), &body)
	}
	return refusal{Code: body.Code, Message: message, Detail: body.AccessDeniedDetail}
}
