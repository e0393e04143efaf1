namespace Toolkit.Reproductions.Report

/// A figure: its numbers, its picture and what they say. It becomes the files ID.csv, ID.svg and ID.png.
type Figure =
    {
        /// The stem of its files, in lower case with hyphens.
        Id: string
        Title: string
        /// What is shown and with which settings.
        Caption: string
        /// What follows from it, in terms of the numbers found.
        Conclusion: string
        Table: Table
        Picture: Picture
    }

/// Something that was looked at while the report was made.
type Check =
    {
        /// What holds, as a sentence.
        Law: string
        /// What was found, in numbers.
        Found: string
        Passed: bool
        Seconds: float
    }

/// Setting and value, as the report lists them.
type Setting = string * string

/// What a paper's figures are made with.
type Request =
    {
        /// The folder of this project, which holds each paper's.
        Home: string
        /// More of everything than takes a few minutes.
        Full: bool
        Threads: int
        /// The folder of the results; what a long run keeps to go on from goes into the paper's own folder there.
        Out: string
        /// A folder of public data sets, where there is one. No figure of a run that is not full needs it.
        Data: string option
        /// The program that is asked for molecular dynamics, by name or path; it need not be there.
        Lammps: string
        /// Hears of steps done, out of how many.
        Progress: int -> int -> unit
    }

/// A paper and what is reproduced of it.
type Chapter =
    {
        /// The folder of its files.
        Folder: string
        Title: string
        /// Authors, journal, year, identifiers.
        Source: string
        /// What is done here, and how it differs from the paper.
        Introduction: string
        Settings: Setting list
        Figures: Figure list
        Checks: Check list
        Seconds: float
    }

/// A theorem as the report lists it.
type Proved =
    { Name: string
      /// Set in type, as elements of the page.
      Statement: string
      /// What is assumed and not checked.
      Assumed: string list
      Method: string
      /// Terms of the certificate's polynomials.
      Size: int
      Seconds: float
      /// What went wrong when there is no theorem.
      Failure: string option }

module Check =
    open System.Diagnostics

    /// Carries out a check: `look` gives whether the law holds and what was found.
    let run (law: string) (look: unit -> bool * string) : Check =
        let clock = Stopwatch.StartNew()
        let passed, found = look ()

        { Law = law
          Found = found
          Passed = passed
          Seconds = clock.Elapsed.TotalSeconds }
