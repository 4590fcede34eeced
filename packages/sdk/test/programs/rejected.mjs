// Leaves a rejected promise of the program's own class to nobody, from within a phase.
import { phase } from "@phasewise/sdk";

class OwnPromise extends Promise {}

void phase("floating", () => OwnPromise.reject(new Error("nobody catches me")));
