// Compiles a JSON Schema as SchemaStore does, with ajv in its strict mode, and validates documents by it.
//
//   NODE_PATH=CACHE/ajv-VERSION/node_modules node validate.js < INPUT
//
// INPUT is JSON, {"schema": …, "documents": {NAME: …}}. Prints JSON, {NAME: [what is wrong, …]}; a schema that the strict mode
// does not take is an error.
const Ajv = require("ajv");

const { schema, documents } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const ajv = new Ajv({ strict: true, allErrors: true });
const validate = ajv.compile(schema);
const said = {};
for (const [name, document] of Object.entries(documents)) {
  validate(document);
  said[name] = (validate.errors ?? []).map((error) => `${error.instancePath}: ${error.message}`);
}
process.stdout.write(JSON.stringify(said));
