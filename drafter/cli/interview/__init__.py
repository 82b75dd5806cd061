"""The interview: `drafter` alone, in a terminal. Questions, how they are asked, what is kept, and how it ends."""
