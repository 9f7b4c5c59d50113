// One long answer through an SDK: every word is held against the text that it should be.
//
//   node stream.mjs SDK LANE BASE_URL MODEL TEXT
//
// SDK: openai or ai-sdk-xai.  LANE: chat or responses.  TEXT: a file with the text of the
// answer.  Prints one line of JSON: the milliseconds from the call, with the packages loaded,
// until the first text, and the most memory that the process had, in KB.
import { readFileSync } from 'node:fs';

const [sdk, lane, baseURL, model, file] = process.argv.slice(2);
const apiKey = 'bench.access.token';
const prompt = 'go';
let begun;

async function* openaiChat() {
  const { default: OpenAI } = await import('openai');
  const client = new OpenAI({ apiKey, baseURL });
  const messages = [{ role: 'user', content: prompt }];
  begun = performance.now();
  const chunks = await client.chat.completions.create({ model, messages, stream: true });
  for await (const chunk of chunks) yield chunk.choices[0]?.delta?.content ?? '';
}

async function* openaiResponses() {
  const { default: OpenAI } = await import('openai');
  const client = new OpenAI({ apiKey, baseURL });
  begun = performance.now();
  const events = await client.responses.create({ model, input: prompt, stream: true });
  for await (const event of events) {
    if (event.type === 'response.output_text.delta') yield event.delta;
  }
}

async function* aiSdkXai() {
  const [{ createXai }, { streamText }] =
      await Promise.all([import('@ai-sdk/xai'), import('ai')]);
  const xai = createXai({ apiKey, baseURL });
  const onError = ({ error }) => { throw error; };
  begun = performance.now();
  yield* streamText({ model: xai[lane](model), prompt, onError }).textStream;
}

const streams = {
  openai: { chat: openaiChat, responses: openaiResponses },
  'ai-sdk-xai': { chat: aiSdkXai, responses: aiSdkXai },
};

const expected = readFileSync(file, 'utf8');
let taken = 0;
let first;
for await (const piece of streams[sdk][lane]()) {
  if (!expected.startsWith(piece, taken)) throw new Error(`other text at ${taken}`);
  if (piece.length > 0) first ??= performance.now() - begun;
  taken += piece.length;
}
if (taken !== expected.length) throw new Error(`${taken} characters of ${expected.length}`);
// Not ru_maxrss: that begins with what the parent had.
const [, peak] = /^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'));
console.log(JSON.stringify({ first_ms: first, peak_kb: Number(peak) }));
