// Makes the calls that standard input names, with LearnCard's published client, and prints what each came to.
import { readFileSync } from "node:fs";
import { getApiTokenClient } from "./package/dist/brain-client.esm.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const requests = [];
const fetched = globalThis.fetch;
globalThis.fetch = async (url, options) => {
  const response = await fetched(url, options);
  requests.push({ method: options.method, status: response.status });
  return response;
};

const client = await getApiTokenClient(asked.url, asked.token);
const procedure = (path) => path.split(".").reduce((found, name) => found[name], client);
const results = await Promise.all(
  asked.calls.map(([path, input]) =>
    procedure(path)
      .query(input ?? undefined)
      .then(
        (data) => ({ data }),
        (error) => ({ error: { message: error.message, shape: error.shape, data: error.data } }),
      ),
  ),
);
console.log(JSON.stringify({ requests, results }));
