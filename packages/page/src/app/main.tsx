import { render } from "preact";
import { start } from "./state.js";
import { App } from "./views/app.js";

render(<App />, document.getElementById("app")!);
void start();
