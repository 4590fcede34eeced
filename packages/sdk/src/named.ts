/** A name, or options with a name, as options. What is neither (a caller without types) is called `unnamed`: never throws. */
export function named<Options extends { readonly name: string }>(given: string | Options): Options {
  if (typeof given === "object" && given !== null && typeof given.name === "string") return given;
  const options = typeof given === "object" && given !== null ? given : undefined;
  return { ...options, name: typeof given === "string" ? given : "unnamed" } as Options;
}
