import { setFlagsFromString } from "node:v8";

/**
 * Has this process collect its garbage once the heap has grown by half of what is in use, and not by up to four times: all
 * that a verdict leaves behind is garbage, and the more objects, the more of it V8 would let lie. To be called before
 * threads are started. It only sets when memory is collected, which V8 asks for anew each time.
 */
export const keepHeapSmall = (): void => {
  setFlagsFromString("--heap-growing-percent=50");
};
