// A program without any instrumentation of its own: says something, then ends as it is told.
const ending = process.argv[2];
console.log("hello");
if (ending === "throw") throw new Error("boom");
if (ending === "reject") void Promise.reject(new Error("rejected"));
if (ending === "exit") process.exit(5);
if (ending === "code") process.exitCode = 6;
