import { Document, isMap, isSeq, visit } from "yaml";

/** Settings as YAML that reads well: sections as blocks, lists of numbers and of lists on one line. */
export function configYaml(config: unknown): string {
  const document = new Document(config);
  visit(document, {
    Seq(_, list) {
      list.flow = !list.items.some((item) => isMap(item) || (isSeq(item) && item.items.some(isMap)));
    },
  });
  return document.toString({ flowCollectionPadding: false, lineWidth: 0 });
}
