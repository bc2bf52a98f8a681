'use strict';

// Reads a call from each line of standard input, makes it with the SDK it names, and
// writes what the SDK returned or threw as one line of JSON.

const readline = require('node:readline');

const Core = require('@alicloud/pop-core');
const Sts = require('@alicloud/sts20150401');
const OpenApi = require('@alicloud/openapi-client');

function popCore(method) {
  return (order) => {
    const { accessKeyId, accessKeySecret, securityToken, url, version } = order;
    const client = new Core({ accessKeyId, accessKeySecret, securityToken, endpoint: url, apiVersion: version });
    return client.request(order.action, { RegionId: order.region, ...order.parameters }, { method });
  };
}

async function tea(order) {
  const [protocol, endpoint] = order.url.split('://');
  const config = new OpenApi.Config({
    accessKeyId: order.accessKeyId,
    accessKeySecret: order.accessKeySecret,
    securityToken: order.securityToken || undefined,
    endpoint,
    protocol,
    regionId: order.region,
  });
  if (order.action === 'AssumeRole') {
    const client = new Sts.default(config);
    const { RoleArn: roleArn, RoleSessionName: roleSessionName } = order.parameters;
    const { Policy: policy, DurationSeconds: durationSeconds } = order.parameters;
    const request = new Sts.AssumeRoleRequest({ roleArn, roleSessionName, policy, durationSeconds });
    return (await client.assumeRole(request)).body.toMap();
  }
  const client = new OpenApi.default(config);
  const params = new OpenApi.Params({
    action: order.action,
    version: order.version,
    protocol: protocol.toUpperCase(),
    pathname: '/',
    method: 'POST',
    authType: 'AK',
    style: 'RPC',
    reqBodyType: 'formData',
    bodyType: 'json',
  });
  const query = Object.fromEntries(Object.entries(order.parameters).map(([key, value]) => [key, String(value)]));
  return (await client.callApi(params, new OpenApi.OpenApiRequest({ query }), {})).body;
}

const clients = { 'pop-core GET': popCore('GET'), 'pop-core POST': popCore('POST'), tea };

function thrown(error) {
  const data = error.data || {};
  const status = error.statusCode || data.statusCode || (error.entry && error.entry.response.statusCode);
  const detail = error.accessDeniedDetail || data.AccessDeniedDetail;
  return { name: error.name, code: error.code, message: error.message, status, detail };
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const order = JSON.parse(line);
    let said;
    try {
      said = { answer: await clients[order.client](order) };
    } catch (error) {
      said = { error: thrown(error) };
    }
    process.stdout.write(`${JSON.stringify(said)}\n`);
  }
  process.exit(0); // the SDK keeps its connections open
}

main();
