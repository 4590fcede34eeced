/** The door of OTLP/gRPC: who may call is settled before the message is read, and its bytes count while they arrive. */
import {
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
} from "@grpc/grpc-js";
import { PhasewiseError } from "../errors.ts";
import { tokenCheck } from "../guard.ts";
import type { Admission, Ticket } from "./admission.ts";
import { toGrpcStatus } from "./grpc-status.ts";
import type { OnRefused } from "./refusal.ts";
import { senderOf } from "./sender.ts";

/** What the door needs. */
export interface GrpcDoorOptions {
  readonly admission: Admission;
  readonly onRefused: OnRefused;
  readonly token: string;
  /** A message that has not arrived whole after this long ends its call. */
  readonly bodyTimeoutMs: number;
}

/** A message with its sender: what the handlers get as their request. */
export interface GrpcMessage {
  readonly body: Uint8Array;
  readonly sender: string;
}

/** Bytes of a compressed message may become this many before they are counted exactly; text seldom does better. */
const COMPRESSED_FACTOR = 10;

/** An interceptor for every call of the server. */
export function grpcDoor(options: GrpcDoorOptions): ServerInterceptor {
  const checkToken = tokenCheck(options.token);
  return (_method, call) => {
    const visit = new Visit(call, options);
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        try {
          checkToken(metadata.get("authorization").map(String));
          visit.enter();
        } catch (error) {
          visit.refuse(error);
          return;
        }
        next(metadata);
      })
      .withOnReceiveMessage((message: Buffer, next) => {
        try {
          visit.arrived(message);
        } catch (error) {
          visit.refuse(error);
          return;
        }
        next({ body: message, sender: visit.sender } satisfies GrpcMessage);
      })
      .withOnCancel(() => visit.end())
      .build();
    const responder = new ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendStatus((status, next) => {
        visit.end();
        next(status);
      })
      .build();
    return new ServerInterceptingCall(call, responder);
  };
}

/** One call, from its headers to its end. */
class Visit {
  readonly sender: string;
  readonly #call: ServerInterceptingCallInterface;
  readonly #options: GrpcDoorOptions;
  /** Whether the message was handed on, or refused by us; otherwise the peer or the library ended the call. */
  #isSettled = false;
  #ticket: Ticket | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Bytes that are counted for what has arrived of the message. */
  #counted = 0;

  constructor(call: ServerInterceptingCallInterface, options: GrpcDoorOptions) {
    this.#call = call;
    this.#options = options;
    this.sender = senderOf(call.getConnectionInfo().remoteAddress);
  }

  /** Throws when the call may not go on to its message. */
  enter(): void {
    this.#ticket = this.#options.admission.enter(this.sender, 0);
    this.#timer = setTimeout(() => {
      this.refuse(new PhasewiseError("BODY_TOO_SLOW", "The message did not arrive whole in time."));
    }, this.#options.bodyTimeoutMs);
    this.#countArriving();
  }

  /** The message is whole and decompressed. Throws when there is no room for it. */
  arrived(message: Buffer): void {
    clearTimeout(this.#timer);
    this.#ticket?.shrink(this.#counted);
    this.#counted = 0;
    this.#ticket?.grow(message.length);
    this.#isSettled = true;
  }

  refuse(error: unknown): void {
    this.#isSettled = true;
    this.#call.sendStatus(toGrpcStatus(error, this.#options.onRefused));
    this.end();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#ticket?.release();
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#options.onRefused("CUT_OFF", undefined);
  }

  /** The library gathers the message out of our sight, so the bytes are watched on the stream below it. */
  #countArriving(): void {
    const { stream } = this.#call as { readonly stream?: NodeJS.ReadableStream };
    let factor = 0;
    stream?.on("data", (data: Buffer) => {
      // The first byte of the frame tells whether the message is compressed.
      if (factor === 0) factor = data[0] === 1 ? COMPRESSED_FACTOR : 1;
      if (this.#isSettled) return;
      try {
        this.#ticket?.grow(factor * data.length);
        this.#counted += factor * data.length;
      } catch (error) {
        this.refuse(error);
      }
    });
  }
}
