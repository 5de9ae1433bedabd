// Makes the calls that standard input names, with the published client, and prints what each came to.
import { createTRPCUntypedClient, httpBatchLink, httpLink } from "@trpc/client";
import { readFileSync } from "node:fs";

const asked = JSON.parse(readFileSync(0, "utf8"));
const requests = [];

// Inputs as LearnCard's published client sends them: a JSON text within the JSON.
const twice = {
  input: { serialize: (value) => JSON.stringify(value), deserialize: (value) => value },
  output: { serialize: (value) => value, deserialize: (value) => value },
};

const link = asked.batch ? httpBatchLink : httpLink;
const client = createTRPCUntypedClient({
  links: [
    link({
      url: asked.url,
      headers: asked.token ? { authorization: `Bearer ${asked.token}` } : {},
      methodOverride: asked.post ? "POST" : undefined,
      transformer: asked.encodedTwice ? twice : undefined,
      async fetch(url, options) {
        const response = await fetch(url, options);
        requests.push({ method: options.method, status: response.status });
        return response;
      },
    }),
  ],
});

const results = await Promise.all(
  asked.calls.map(([path, input]) =>
    client.query(path, input).then(
      (data) => ({ data }),
      (error) => ({ error: { message: error.message, shape: error.shape, data: error.data } }),
    ),
  ),
);
console.log(JSON.stringify({ requests, results }));
