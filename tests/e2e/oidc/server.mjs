// An OAuth server that none of us wrote, on a free port of this machine: oidc-provider with
// the endpoints of xAI's issuer, and an API beside it that accepts only its tokens.
//
//   node server.mjs [SECONDS an access token lives]
//
// The first line of stdout is {"auth":...,"api":...}.  Below /test: approve?user_code= and
// deny?user_code= decide a sign-in as a person would; tokens lists what was issued, events
// what happened, in order.
import { createServer } from 'node:http';

import * as jose from 'jose';
import { Provider } from 'oidc-provider';

const CLIENT_ID = 'b1a00492-073a-47ea-816f-4c329264a828';
const RESOURCE = 'urn:xai:api';
const AUDIENCE = 'xai';
const ACCOUNT = 'account-7';
const TIER = 3;
const accessTokenTTL = Number(process.argv[2] ?? 60);

const tokens = [];
const events = [];

async function signingKey() {
  const { privateKey, publicKey } = await jose.generateKeyPair('RS256', { extractable: true });
  const jwk = { ...await jose.exportJWK(privateKey), use: 'sig', alg: 'RS256', kid: 'test' };
  return { jwk, publicKey };
}

function configuration(jwk) {
  return {
    clients: [{
      client_id: CLIENT_ID,
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      redirect_uris: [],
      response_types: [],
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    }],
    jwks: { keys: [jwk] },
    cookies: { keys: ['only-for-tests'] },
    routes: {
      device_authorization: '/oauth2/device/code',
      token: '/oauth2/token',
      revocation: '/oauth2/revoke',
      userinfo: '/oauth2/userinfo',
      code_verification: '/oauth2/device',
    },
    claims: { openid: ['sub'], email: ['email'], profile: ['name'] },
    findAccount: (ctx, sub) => ({
      accountId: sub,
      claims: async () => ({ sub, email: 'grace@example.com', name: 'Grace' }),
    }),
    rotateRefreshToken: true,
    issueRefreshToken: async (ctx, client, code) => code.scopes.has('offline_access'),
    extraTokenClaims: async () => ({ tier: TIER }),
    features: {
      devInteractions: { enabled: false },
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'grok-cli:access api:access',
          audience: AUDIENCE,
          accessTokenTTL,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  };
}

function watch(provider) {
  provider.on('grant.success', (ctx) => {
    events.push({ event: 'grant', type: ctx.oidc.params.grant_type });
    const { access_token: access, refresh_token: refresh } = ctx.body;
    tokens.push({ access_token: access, refresh_token: refresh });
  });
  provider.on('grant.error', (ctx, error) => {
    events.push({ event: 'grant_error', type: ctx.oidc?.params?.grant_type,
                  error: error.error });
  });
  provider.on('grant.revoked', () => events.push({ event: 'grant_revoked' }));
}

// What the person's decision leaves in the stored code.
async function decide(provider, userCode, approve) {
  const code = await provider.DeviceCode.findByUserCode(userCode.replace(/\W/g, ''));
  if (!code) return { ok: false };
  if (!approve) {
    Object.assign(code, { error: 'access_denied', errorDescription: 'denied by the person' });
    await code.save();
    return { ok: true };
  }
  const grant = new provider.Grant({ accountId: ACCOUNT, clientId: code.clientId });
  grant.addOIDCScope('openid profile email offline_access');
  grant.addResourceScope(RESOURCE, 'grok-cli:access api:access');
  Object.assign(code, {
    accountId: ACCOUNT,
    authTime: Math.floor(Date.now() / 1000),
    grantId: await grant.save(),
    scope: code.params.scope,
    resource: code.params.resource ?? RESOURCE,
  });
  await code.save();
  return { ok: true };
}

function send(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

function sendStream(response, model) {
  const frame = (delta, reason = null) => `data: ${JSON.stringify({
    id: 'chat-1', object: 'chat.completion.chunk', created: 1, model,
    choices: [{ index: 0, delta, finish_reason: reason }],
  })}\n\n`;
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(frame({ role: 'assistant', content: 'The token ' }));
  response.write(frame({ content: 'is good.' }));
  response.end(`${frame({}, 'stop')}data: [DONE]\n\n`);
}

async function readBody(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function api(request, response, path, issuer, publicKey) {
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  try {
    const { payload } = await jose.jwtVerify(bearer, publicKey, { issuer, audience: AUDIENCE });
    if (!payload.scope.split(' ').includes('api:access')) throw new Error('scope');
  } catch {
    return send(response, 403, {
      code: 'unauthenticated:bad-credentials',
      error: 'The OAuth2 access token could not be validated.',
    });
  }
  if (path === '/v1/models') {
    return send(response, 200, { object: 'list', data: [{ id: 'grok-4.3', object: 'model' }] });
  }
  if (path === '/v1/chat/completions') {
    return sendStream(response, JSON.parse(await readBody(request)).model);
  }
  return send(response, 404, { error: 'No handler found on route' });
}

const { jwk, publicKey } = await signingKey();
const server = createServer();
await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, configuration(jwk));
watch(provider);
const oauth = provider.callback();

server.on('request', async (request, response) => {
  const url = new URL(request.url, issuer);
  const userCode = url.searchParams.get('user_code') ?? '';
  if (url.pathname === '/test/approve' || url.pathname === '/test/deny') {
    return send(response, 200, await decide(provider, userCode, url.pathname === '/test/approve'));
  }
  if (url.pathname === '/test/tokens') return send(response, 200, tokens);
  if (url.pathname === '/test/events') return send(response, 200, events);
  if (url.pathname.startsWith('/v1/')) {
    return api(request, response, url.pathname, issuer, publicKey);
  }
  return oauth(request, response);
});

process.on('SIGTERM', () => process.exit(0));
console.log(JSON.stringify({ auth: issuer, api: `${issuer}/v1` }));
