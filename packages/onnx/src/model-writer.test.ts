import { createRng } from "@ltad/core";
import { expect, it } from "vitest";
import { ModelWriter } from "./model-writer.js";
import { plain } from "./schema.js";
import { within } from "./testing/made-model.js";

it("writes what protobufjs writes, whatever the sizes of weights and of the messages around them", () => {
  const rng = createRng("writer");
  const tensor = (name: string, length: number) => ({
    name,
    dims: [length],
    dataType: 2,
    rawData: Uint8Array.from({ length }, () => rng.integer(256)),
  });
  for (const sizes of [[0], [4095, 4096], [20_000, 3, 4096], [200_000, 4097, 130]]) {
    const initializer = sizes.map((size, i) => tensor(`w${i}`.repeat(1 + rng.integer(100)), size));
    const inner = { name: "inner", initializer, node: [{ opType: "Constant", attribute: [{ name: "value", t: tensor("c", 5000) }] }] };
    const model = {
      graph: { node: [{ opType: "If", attribute: [within("then_branch", inner)] }], initializer, name: "outer" },
      docString: "x",
    };
    const writer = new ModelWriter();
    plain.model.encode(model, writer);
    const expected = Buffer.from(plain.model.encode(model).finish());
    expect(writer.size).toBe(expected.length);
    expect(writer.finish().equals(expected)).toBe(true);
  }
});
