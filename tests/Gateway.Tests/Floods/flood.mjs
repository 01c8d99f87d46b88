// Floods gateways as fast as the network takes it, and counts what it is answered. A process of its own, so that it
// takes nothing from those whom the test looks after but what the machine has for all.
//
//   node flood.mjs '{"mode":"commands","servers":["127.0.0.1:5000"],"user":"mallory","connections":4,"bytes":200,"ahead":2000,"seconds":5,"served":500,"room":"lobby"}'
//   node flood.mjs '{"mode":"connects","servers":["127.0.0.1:5000"],"addresses":200,"atOnce":50,"seconds":5,"served":1}'
//
// Prints one line when it begins, and one with the counts when everything that it has sent was answered.
import net from 'node:net';

const wish = JSON.parse(process.argv[2]);
const counts = { sent: 0, served: 0, refused: 0, other: {}, lost: 0, statuses: {}, waits: 0, ms: 0 };
let begun = performance.now();

// As long as was wished; and on until there is something to look at, for a machine may stand still all that time.
const patienceMs = 60_000;
const isEnough = () => (wish.mode === 'commands'
  ? counts.refused > 0 && counts.served >= wish.served
  : counts.statuses[429] > 0 && counts.statuses[101] >= wish.served);
const until = () => {
  const ms = performance.now() - begun;
  return ms >= wish.seconds * 1000 && (isEnough() || ms >= patienceMs);
};

function handshake(server, path) {
  return `GET ${path} HTTP/1.1\r\nHost: ${server}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`
    + 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
}

// RFC 6455 §5.3: a mask of zeros is a mask.
function frame(text) {
  const payload = Buffer.from(text);
  const head = payload.length < 126
    ? Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0])
    : Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 255, 0, 0, 0, 0]);
  return Buffer.concat([head, payload]);
}

function dial(server, from) {
  const [host, port] = server.split(':');
  return net.connect({ host, port: Number(port), localAddress: from });
}

// Reads the handshake's answer, then hands on the text of each frame.
function listen(socket, onStatus, onText, onEnd) {
  let rest = Buffer.alloc(0);
  let open = false;
  socket.on('data', (data) => {
    rest = rest.length ? Buffer.concat([rest, data]) : data;
    if (!open) {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      onStatus(Number(rest.toString('latin1', 9, 12)));
      rest = rest.subarray(end + 4);
      open = true;
    }
    while (rest.length >= 2) {
      let length = rest[1] & 127;
      let at = 2;
      if (length === 126) { if (rest.length < 4) return; length = rest.readUInt16BE(2); at = 4; }
      if (length === 127) { if (rest.length < 10) return; length = Number(rest.readBigUInt64BE(2)); at = 10; }
      if (rest.length < at + length) return;
      const opcode = rest[0] & 15;
      const payload = rest.subarray(at, at + length);
      rest = rest.subarray(at + length);
      if (opcode === 1) onText(payload.toString());
      if (opcode === 9) socket.write(Buffer.concat([Buffer.from([0x8a, 0x80 | length, 0, 0, 0, 0]), payload]));
    }
  });
  socket.on('error', () => {});
  socket.on('close', onEnd);
}

// Becomes a member, and goes: the flood itself follows nothing, or it would drown in its own messages.
function join(server) {
  return new Promise((done) => {
    const socket = dial(server, wish.from);
    listen(socket, () => {}, (answer) => { if (answer.startsWith('{"type":"joined"')) socket.destroy(); }, done);
    socket.write(handshake(server, `/ws?user=${wish.user}&rooms=${wish.room}`));
  });
}

function floodCommands(server) {
  return new Promise((done) => {
    const socket = dial(server, wish.from);
    const text = 'x'.repeat(wish.bytes);
    let sent = 0;
    let answered = 0;
    const finish = () => { if (until() && answered === sent) socket.destroy(); };
    const write = () => {
      while (!until() && socket.writable && sent - answered < wish.ahead) {
        const id = ++sent;
        const command = wish.query ? `"type":"rooms","query":"${wish.query}"` : `"type":"send","room":"${wish.room}","text":"${text}"`;
        if (!socket.write(frame(`{${command},"id":${id}}`))) return;
        if (id % 100 === 0) { setImmediate(write); return; }
      }
      finish();
    };
    listen(socket, (status) => { counts.statuses[status] = (counts.statuses[status] ?? 0) + 1; }, (answer) => {
      if (answer.startsWith('{"type":"welcome"')) { socket.on('drain', write); write(); return; }
      if (answer.startsWith('{"type":"goodbye"')) { counts.other[answer] = 1; return; }
      if (!/^\{"type":"(ack|rooms|error)","id":/.test(answer)) return;
      answered++;
      if (/^\{"type":"(ack|rooms)"/.test(answer)) counts.served++;
      else if (answer.includes('"code":"rate_limited"') && /"retryAfterMs":[1-9]/.test(answer)) counts.refused++;
      else counts.other[answer.slice(0, 200)] = 1;
      if (sent - answered === wish.ahead - 1) write();
      finish();
    }, () => { counts.sent += sent; counts.lost += sent - answered; done(); });
    socket.write(handshake(server, `/ws?user=${wish.user}&subscribe=none`));
  });
}

async function floodConnects(server, worker) {
  for (let i = worker; !until(); i += wish.atOnce) {
    const address = i % wish.addresses;
    counts.sent++;
    await new Promise((done) => {
      const socket = dial(server, `127.1.${address >> 8}.${address & 255}`);
      let status = 'none';
      listen(socket, (answer) => { status = answer; socket.resetAndDestroy(); }, () => {}, () => {
        counts.statuses[status] = (counts.statuses[status] ?? 0) + 1;
        done();
      });
      socket.write(handshake(server, `/ws?user=visitor${address}`));
    });
  }
}

if (wish.mode === 'commands') await join(wish.servers[0]);
begun = performance.now();
console.log('begun');
const work = wish.mode === 'commands'
  ? Array.from({ length: wish.connections }, (_, i) => floodCommands(wish.servers[i % wish.servers.length]))
  : Array.from({ length: wish.atOnce }, (_, i) => floodConnects(wish.servers[i % wish.servers.length], i));
await Promise.all(work);
counts.ms = performance.now() - begun;
console.log(JSON.stringify(counts));
