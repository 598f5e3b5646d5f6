import { type Application, Converter, type ParameterReflection, ReflectionKind, type SomeType } from "typedoc";

/** A parameter that the source takes apart (`{ preset, file }: ConfigSources`) has no name of its own; it is called after its type. */
export function nameParameters({ converter }: Application): void {
  converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter) as ParameterReflection[])
      if (parameter.name === "__namedParameters") parameter.name = parameterName(parameter.type);
  });
}

/** `configSources` for the type ConfigSources, `options` for a type without a name. */
export function parameterName(type: SomeType | undefined): string {
  return type?.type === "reference" ? type.name.charAt(0).toLowerCase() + type.name.slice(1) : "options";
}
