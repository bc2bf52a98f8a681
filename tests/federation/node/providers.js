// Two identity providers of others, run as their makers mean them: an OpenID provider over TLS
// (oidc-provider) and a SAML identity provider (samlify). Reads an order from each line of standard
// input and writes what came of it as one line of JSON.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { generateKeyPairSync } from 'node:crypto';
import { createInterface } from 'node:readline';

import Provider from 'oidc-provider';
import samlify from 'samlify';

const RECIPIENT = 'https://signin.aliyun.com/saml-role/sso';
const AUDIENCE = 'urn:alibaba:cloudcomputing';
const ATTRIBUTES = 'https://www.aliyun.com/SAML-Role/Attributes';

console.log = console.error; // standard output is for answers
console.info = console.error;

let server;
let issuer;
let generation = 0;

function signingKeys() {
  generation += 1;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  const about = { use: 'sig' };
  return [
    { ...rsa, ...about, alg: 'RS256', kid: `rsa-${generation}` },
    { ...ec, ...about, alg: 'ES256', kid: `ec-${generation}` },
  ];
}

function provider(order) {
  const client = (id, alg) => ({
    client_id: id,
    client_secret: 'kept-between-the-two',
    grant_types: ['authorization_code', 'client_credentials'],
    response_types: ['code'],
    redirect_uris: ['https://client.example.com/callback'],
    token_endpoint_auth_method: 'client_secret_post',
    id_token_signed_response_alg: alg,
  });
  return new Provider(issuer, {
    clients: [client('web.example.com', 'RS256'), client('mobile.example.com', 'ES256')],
    cookies: { keys: ['of-this-run-only'] },
    jwks: { keys: signingKeys() },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => ({
          scope: '',
          audience: resource,
          accessTokenTTL: 600,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: order.alg || 'RS256' } },
        }),
      },
    },
    pkce: { required: () => false },
    ttl: { IdToken: 600 },
  });
}

function listen(order) {
  let answer = provider;
  server = createServer({ cert: readFileSync(order.cert), key: readFileSync(order.key) }, (request, response) =>
    answer(request, response),
  );
  server.renew = (again) => {
    answer = provider(again).callback();
  };
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      issuer = `https://localhost:${server.address().port}`;
      server.renew(order);
      resolve({ issuer });
    });
  });
}

function identityProvider(order) {
  return samlify.IdentityProvider({
    entityID: 'https://idp.example.com/samlify',
    privateKey: order.key,
    signingCert: order.cert,
    requestSignatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    messageSigningOrder: 'encrypt-then-sign',
    nameIDFormat: ['urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'],
    singleSignOnService: [
      { Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST', Location: 'https://idp.example.com/sso' },
    ],
    loginResponseTemplate: {
      context: samlify.SamlLib.defaultLoginResponseTemplate.context,
      attributes: order.roles.map((_, n) => attribute('Role', `role${n}`)).concat(attribute('RoleSessionName', 'session')),
    },
  });
}

function attribute(name, valueTag) {
  return {
    name: `${ATTRIBUTES}/${name}`,
    nameFormat: 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
    valueXsiType: 'xs:string',
    valueTag,
  };
}

function serviceProvider(order) {
  return samlify.ServiceProvider({
    entityID: AUDIENCE,
    wantAssertionsSigned: true,
    wantMessageSigned: Boolean(order.signMessage),
    assertionConsumerService: [
      { Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST', Location: RECIPIENT },
    ],
  });
}

async function respond(order) {
  const idp = identityProvider(order);
  const sp = serviceProvider(order);
  const now = new Date();
  const until = new Date(now.getTime() + 300000).toISOString();
  const id = `_${crypto.randomUUID()}`;
  const values = Object.fromEntries(order.roles.map((role, n) => [`attrRole${n}`, role]));
  const { context } = await idp.createLoginResponse(sp, null, 'post', {}, (template) => ({
    id,
    context: samlify.SamlLib.replaceTagsByValue(template, {
      ID: id,
      AssertionID: `_${crypto.randomUUID()}`,
      Destination: RECIPIENT,
      Audience: AUDIENCE,
      SubjectRecipient: RECIPIENT,
      Issuer: idp.entityMeta.getEntityID(),
      IssueInstant: now.toISOString(),
      StatusCode: 'urn:oasis:names:tc:SAML:2.0:status:Success',
      ConditionsNotBefore: now.toISOString(),
      ConditionsNotOnOrAfter: until,
      SubjectConfirmationDataNotOnOrAfter: until,
      AssertionConsumerServiceURL: RECIPIENT,
      EntityID: AUDIENCE,
      InResponseTo: '_none',
      NameIDFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      NameID: order.name,
      AuthnStatement: '',
      attrSession: order.session,
      ...values,
    }),
  }));
  return { response: context };
}

const orders = {
  listen,
  renew: (order) => {
    server.renew(order);
    return {};
  },
  metadata: (order) => ({ metadata: identityProvider(order).getMetadata() }),
  respond,
};

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  let said;
  try {
    said = await orders[order.do](order);
  } catch (error) {
    said = { error: `${error.stack || error}` };
  }
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
if (server) {
  server.closeAllConnections();
  server.close();
}
