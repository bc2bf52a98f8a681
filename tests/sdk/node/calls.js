'use strict';

// Reads a call from each line of standard input, makes it with the SDK it names, and
// writes what the SDK returned or threw as one line of JSON.

const readline = require('node:readline');

const Core = require('@alicloud/pop-core');
const Ims = require('@alicloud/ims20190815');
const Ram = require('@alicloud/ram20150501');
const ResourceManager = require('@alicloud/resourcemanager20200331');
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
  const generated = { Ims, Ram, ResourceManager, Sts }[order.product];
  return generated ? viaMethod(generated, config, order) : viaCore(config, order);
}

// The generated client of a product: a method and, if it takes parameters, a request for each operation.
async function viaMethod(sdk, config, order) {
  const client = new sdk.default(config);
  const Request = sdk[`${order.action}Request`];
  const members = Object.entries(order.parameters).map(([name, value]) => [camel(name), value]);
  const asked = Request ? [new Request(Object.fromEntries(members))] : [];
  return (await client[camel(order.action)](...asked)).body.toMap();
}

// The core that the generated clients rest on, for products whose client is not installed.
async function viaCore(config, order) {
  const client = new OpenApi.default(config);
  const params = new OpenApi.Params({
    action: order.action,
    version: order.version,
    protocol: config.protocol.toUpperCase(),
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

function camel(name) {
  return name[0].toLowerCase() + name.slice(1);
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
