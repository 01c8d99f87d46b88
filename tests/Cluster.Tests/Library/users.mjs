// Users of the client library, as many as are asked for, who talk until a line comes on standard input. Then one line
// of JSON tells what became of each send, and what each was handed of each room.
//
//     node --experimental-websocket users.mjs <chat-client.js> <url> <prefix> <users> <rooms> <messages a second>
import { pathToFileURL } from 'node:url';
import { createInterface } from 'node:readline';

const [library, url, prefix, users, rooms, rate] = process.argv.slice(2);
const { ChatClient } = await import(pathToFileURL(library));
const names = Array.from({ length: Number(rooms) }, (_, i) => `${prefix}-r${i}`);
const report = { sends: [], failed: [], resets: [], closed: [], errors: [], streams: [], waits: [] };

// Node.js 20 tells of a dial that failed by `error` alone; in a browser `close` always follows.
class PageWebSocket extends WebSocket {
  constructor(...address) {
    super(...address);
    this.addEventListener('error', () => setTimeout(() => this.onclose?.({ code: 1006, reason: '' })));
  }
}

async function arrive(i) {
  const user = `${prefix}-u${i}`;
  const chat = new ChatClient({ url, user, WebSocket: PageWebSocket });
  const joined = names.filter((_, n) => n % 2 === i % 2);
  chat.on('failed', ({ key, error }) => report.failed.push({ user, key, error: String(error) }));
  chat.on('error', (error) => report.errors.push({ user, error: String(error) }));
  chat.on('reset', ({ room, lastSeq }) => {
    const stream = report.streams.find((s) => s.user === user && s.room === room);
    report.resets.push({ user, room, lastSeq, had: stream?.events.at(-1)?.[0] ?? stream?.first, after: Math.round(performance.now()) });
  });
  chat.on('state', ({ state, error, retryInMs }) => {
    if (state === 'waiting') report.waits.push({ user, why: error.message, ms: Math.round(retryInMs) });
    if (state === 'closed' && error) report.closed.push({ user, error: String(error) });
  });
  await chat.connect();
  for (const room of joined) {
    const stream = { user, room, first: (await chat.join(room)).seq, events: [] };
    report.streams.push(stream);
    chat.on('message', (event) => {
      if (event.room === room) stream.events.push([event.seq, event.from, event.key, event.text]);
    });
  }
  return { chat, joined };
}

function say(number) {
  const { chat, joined } = everyone[number % everyone.length];
  const room = joined[Math.floor(number / everyone.length) % joined.length];
  const text = `message ${number} of ${chat.user}`;
  const begun = performance.now();
  const sending = chat.send(room, text);
  const { key } = sending;
  return sending.then(
    ({ seq }) => report.sends.push({ user: chat.user, room, key, text, seq, ms: Math.round(performance.now() - begun) }),
    (error) => report.sends.push({ user: chat.user, room, key, text, error: String(error) }),
  );
}

const everyone = await Promise.all(Array.from({ length: Number(users) }, (_, i) => arrive(i)));
const sending = [];
let number = 0;
const talking = setInterval(() => sending.push(say(number++)), 1000 / Number(rate));
console.log('talking');

await new Promise((resolve) => createInterface({ input: process.stdin }).once('line', resolve).once('close', resolve));
clearInterval(talking);
await Promise.all(sending);
// Everyone has everything that was sent when nothing that is stored is missing in a stream.
const newest = new Map();
for (const { room, seq } of report.sends) newest.set(room, Math.max(newest.get(room) ?? 0, seq ?? 0));
const isComplete = ({ room, first, events }) => (events.at(-1)?.[0] ?? first) >= (newest.get(room) ?? 0);
while (!report.streams.every(isComplete)) await new Promise((resolve) => setTimeout(resolve, 50));
for (const { chat } of everyone) chat.close();
console.log(JSON.stringify(report));
