import { IntrinsicType, ReferenceType, ProjectReflection, FileRegistry } from "typedoc";
import { expect, it } from "vitest";
import { parameterName } from "./parameter-names.js";

it("parameterName is the type's own name, or options", () => {
  const project = new ProjectReflection("test", new FileRegistry());
  expect(parameterName(ReferenceType.createBrokenReference("ConfigSources", project, undefined))).toBe("configSources");
  expect(parameterName(new IntrinsicType("object"))).toBe("options");
  expect(parameterName(undefined)).toBe("options");
});
