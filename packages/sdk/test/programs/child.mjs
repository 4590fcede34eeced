// Does one piece of work under an agent; the run and the phase are its parent's.
import { agent } from "@phasewise/sdk";

agent("child worker", () => {});
