/** Version of this package, on every span and log record that it writes. Equal to `package.json`. */
export const VERSION = "0.1.0";
