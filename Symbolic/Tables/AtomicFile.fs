namespace Toolkit.Symbolic.Tables

open System
open System.IO
open System.Runtime.InteropServices

/// Files that are there whole or not at all: written to a temporary name in the same folder, then renamed over the
/// final one. An error or an interrupt (SIGINT, SIGTERM) removes the temporary file; only a killed process leaves it behind.
module internal AtomicFile =

    let private refuse (path: string) (found: string) : 'a =
        raise (IOException((if path = "" then "--out" else path) + ": found " + found + ", expected a file that can be written"))

    /// What the system says of a disk that is full or may not be written to; its number, or Windows' with a mark in front.
    let private ofDisk (e: IOException) : string option =
        match e.HResult &&& 0xFFFF with
        | 28
        | 122
        | 112 when not (OperatingSystem.IsWindows()) || e.HResult < 0 -> Some "no space left on the disk"
        | 30 when not (OperatingSystem.IsWindows()) -> Some "a disk that is only for reading"
        | _ -> None

    /// The file that a path means, through links; renaming over a link or a device would replace it by a file.
    let private destination (path: string) : string =
        if String.IsNullOrWhiteSpace path then
            refuse path "no name"

        let full = Path.GetFullPath path

        let final =
            match FileInfo(full).LinkTarget with
            | null -> full
            | _ ->
                match File.ResolveLinkTarget(full, true) with
                | null -> full
                | target -> target.FullName

        let isUnder (folder: string) =
            full.StartsWith(folder, StringComparison.Ordinal) || final.StartsWith(folder, StringComparison.Ordinal)

        if Directory.Exists final then
            refuse path "a folder"

        if not (OperatingSystem.IsWindows()) && (isUnder "/proc/" || isUnder "/dev/" && not (isUnder "/dev/shm/")) then
            refuse path "a device"

        final

    /// The result of `action`, which makes or names the file `path`; what it meets becomes an error with that path.
    let private guard (path: string) (action: unit -> 'a) : 'a =
        try
            action ()
        with
        | :? DirectoryNotFoundException
        | :? FileNotFoundException -> refuse path "no such folder"
        | :? UnauthorizedAccessException -> refuse path "no permission"
        | :? PathTooLongException -> refuse path "a name that is too long"
        | :? IOException as e when (ofDisk e).IsSome -> refuse path (Option.get (ofDisk e))
        // The runtime tells so of a limit on the size of files.
        | :? ArgumentOutOfRangeException as e when e.ParamName = "value" && isNull e.ActualValue ->
            refuse path "a file larger than the limit on the size of files"

    /// Runs `write` on a stream that becomes the file `path` when it returns, and leaves nothing when it throws. Throws IOException
    /// with the path and the facts where there can be no such file.
    let write (path: string) (write: FileStream -> unit) : unit =
        let final = guard path (fun () -> destination path)
        let folder = Path.GetDirectoryName final |> Option.ofObj |> Option.defaultValue "/"
        let temporary = Path.Combine(folder, "." + Path.GetFileName final + "." + Guid.NewGuid().ToString "N" + ".tmp")
        let remove (_: PosixSignalContext) = File.Delete temporary
        use _ = PosixSignalRegistration.Create(PosixSignal.SIGINT, remove)
        use _ = PosixSignalRegistration.Create(PosixSignal.SIGTERM, remove)
        let stream = guard path (fun () -> new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 <<< 16))

        try
            guard path (fun () ->
                using stream (fun stream ->
                    write stream
                    // The name must not reach the disk before the content does.
                    stream.Flush(flushToDisk = true))

                File.Move(temporary, final, overwrite = true))
        finally
            File.Delete temporary
