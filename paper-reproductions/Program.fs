module Toolkit.Reproductions.Program

[<EntryPoint>]
let main arguments =
    Application.run arguments System.Console.Out System.Console.Error
