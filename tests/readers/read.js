// Reads streams with the package `yaml` of npm, as YAML 1.2 and as YAML 1.1.
//
//   NODE_PATH=CACHE/yaml-VERSION/node_modules node read.js < INPUT
//
// INPUT is JSON, {NAME: STREAM, …}. Prints JSON, {READER: {NAME: …}}: the documents of each stream, less those that hold nothing, or
// {"error": …}.
const { parseAllDocuments } = require("yaml");

function read(stream, version) {
  // What Kubernetes takes and this package does not by itself: `<<`, and a key that stands twice.
  const documents = [...parseAllDocuments(stream, { version, merge: true, uniqueKeys: false })];
  const error = documents.flatMap((document) => document.errors)[0];
  if (error) return { error: error.message };
  try {
    return documents.map((document) => document.toJS()).filter((value) => value !== null);
  } catch (error) {
    return { error: error.message };
  }
}

const streams = Object.entries(JSON.parse(require("fs").readFileSync(0, "utf8")));
const said = {};
for (const version of ["1.2", "1.1"]) {
  said[`yaml ${version}`] = Object.fromEntries(streams.map(([name, stream]) => [name, read(stream, version)]));
}
process.stdout.write(JSON.stringify(said));
