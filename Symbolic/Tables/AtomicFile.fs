namespace Toolkit.Symbolic.Tables

open System
open System.IO

/// Files that are there whole or not at all: written to a temporary name in the same folder, then renamed over the
/// final one. A process killed while writing leaves at most a temporary file.
module internal AtomicFile =

    /// Runs `write` on a stream that becomes the file `path` when it returns, and leaves nothing when it throws.
    let write (path: string) (write: FileStream -> unit) : unit =
        let path = Path.GetFullPath path
        let folder = Path.GetDirectoryName path |> Option.ofObj |> Option.defaultValue "/"
        let temporary = Path.Combine(folder, $".{Path.GetFileName path}.{Guid.NewGuid():N}.tmp")

        try
            using (new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 <<< 16)) write
            File.Move(temporary, path, overwrite = true)
        finally
            File.Delete temporary
