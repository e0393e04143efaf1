/// Folders for the files of one test.
module Toolkit.Tests.Laws.TemporaryFolder

open System.IO

/// Calls `test` with the path of a new, empty folder, and removes the folder whatever happens.
let using (test: string -> unit) : unit =
    let folder = Directory.CreateTempSubdirectory "toolkit"

    try
        test folder.FullName
    finally
        folder.Delete true
