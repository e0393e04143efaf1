module Toolkit.Reproductions.Program

[<EntryPoint>]
let main _ = 0
