CREATE INDEX IF NOT EXISTS announcements_by_day ON announcements (day);
