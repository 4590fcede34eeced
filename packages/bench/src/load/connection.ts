/** One keep-alive connection that sends one request at a time: the least that a sender can cost. */
import { connect, type Socket } from "node:net";

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly body: Buffer;
}

/** Sends a request and resolves with its answer. Rejects when the connection breaks before the answer is whole. */
export interface Connection {
  send(head: string, body: Uint8Array): Promise<Answer>;
  close(): void;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

const ANSWER_TIMEOUT_MS = 60_000;
const HEAD_END = Buffer.from("\r\n\r\n");

/** Opens connections to a port of this machine as they are needed. */
export function openConnection(port: number): Connection {
  let socket: Socket | undefined;
  let received: Buffer = Buffer.alloc(0);
  let waiting: Waiting | undefined;

  function fail(error: Error): void {
    socket?.destroy();
    socket = undefined;
    received = Buffer.alloc(0);
    const failed = waiting;
    waiting = undefined;
    failed?.reject(error);
  }

  function open(): Socket {
    const opened = connect({ port, host: "127.0.0.1", noDelay: true });
    const mine = (act: () => void) => (): void => {
      if (socket === opened) act();
    };
    opened.setTimeout(
      ANSWER_TIMEOUT_MS,
      mine(() => fail(new Error("no answer in time"))),
    );
    opened.on("data", (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const answer = readAnswer(received);
      if (answer === undefined) return;
      received = Buffer.alloc(0);
      if (/^connection: close/im.test(answer.headers)) {
        opened.destroy();
        socket = undefined;
      }
      const done = waiting;
      waiting = undefined;
      done?.resolve(answer);
    });
    opened.on("error", (error) => mine(() => fail(error))());
    opened.on(
      "close",
      mine(() => fail(new Error("the connection was closed"))),
    );
    return opened;
  }

  return {
    send: (head, body) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket ??= open();
        socket.cork();
        socket.write(head, "latin1");
        socket.write(body);
        socket.uncork();
      }),
    close: () => {
      socket?.destroy();
      socket = undefined;
    },
  };
}

/** The answer at the begin of the bytes, when it is there whole. */
export function readAnswer(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const headers = bytes.toString("latin1", 0, end);
  const length = Number(/^content-length: *(\d+)/im.exec(headers)?.[1] ?? 0);
  const start = end + HEAD_END.length;
  if (bytes.length < start + length) return undefined;
  return { status: Number(headers.slice(9, 12)), headers, body: Buffer.from(bytes.subarray(start, start + length)) };
}
